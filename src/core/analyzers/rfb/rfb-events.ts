import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's rfb log. */
export const rfbSchema: LogSchema = {
  name: "rfb",
  shown: true,
  says: "One row for each remote framebuffer (VNC) connection: versions, login, desktop.",
  fields: [
    ...FLOW_FIELDS,
    field("client_major_version", "dict", "Major version of the client.", { optional: true }),
    field("client_minor_version", "dict", "Minor version of the client.", { optional: true }),
    field("server_major_version", "dict", "Major version of the server.", { optional: true }),
    field("server_minor_version", "dict", "Minor version of the server.", { optional: true }),
    field("authentication_method", "dict", "How the client logs in.", { optional: true }),
    field("auth", "bool", "Whether the login succeeded.", { optional: true }),
    field("share_flag", "bool", "Whether others may be connected too.", { optional: true }),
    field("desktop_name", "text", "Name of the desktop.", { optional: true }),
    field("width", "count", "Width of the desktop.", { optional: true, width: "u16" }),
    field("height", "count", "Height of the desktop.", { optional: true, width: "u16" }),
  ],
};
