import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's rdp log. */
export const rdpSchema: LogSchema = {
  name: "rdp",
  shown: true,
  says: "One row for each remote desktop connection: who asks, from what machine, how protected.",
  fields: [
    ...FLOW_FIELDS,
    field("cookie", "text", "What the client names itself by: mostly a user, often cut short.", {
      optional: true,
    }),
    field("result", "dict", "How the connection was answered, or that it went on encrypted.", {
      optional: true,
    }),
    field("security_protocol", "dict", "Protection that the server chose.", { optional: true }),
    field("client_channels", "list", "Channels that the client asked for.", { optional: true }),
    field("keyboard_layout", "dict", "Language of the client's keyboard.", { optional: true }),
    field("client_build", "dict", "Version of the client.", { optional: true }),
    field("client_name", "text", "Name of the client's machine.", { optional: true }),
    field("client_dig_product_id", "text", "Product id of the client's machine.", {
      optional: true,
    }),
    field("desktop_width", "count", "Width of the desktop.", { optional: true, width: "u16" }),
    field("desktop_height", "count", "Height of the desktop.", { optional: true, width: "u16" }),
    field("requested_color_depth", "dict", "Colour depth that was asked for.", { optional: true }),
    field("cert_type", "dict", "Kind of the server's certificate.", { optional: true }),
    field("cert_count", "count", "Certificates that the server sent.", { width: "u32" }),
    field("cert_permanent", "bool", "Whether the certificates were issued for good.", {
      optional: true,
    }),
    field("encryption_level", "dict", "How much is encrypted.", { optional: true }),
    field("encryption_method", "dict", "How it is encrypted.", { optional: true }),
  ],
};
