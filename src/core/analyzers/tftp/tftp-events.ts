import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Files asked for or sent by TFTP; Zeek has no such log. */
export const tftpSchema: LogSchema = {
  name: "tftp",
  shown: true,
  says: "TFTP requests: which file was read or written, and how that ended.",
  fields: [
    ...FLOW_FIELDS,
    field("wrq", "bool", "Whether the client writes the file to the server."),
    field("fname", "text", "Name of the file."),
    field("mode", "dict", "How the file is sent: octet, netascii or mail."),
    field("uid_data", "uid", "The flow that the file travelled over.", OPTIONAL),
    field("size", "count", "Bytes of the file that were seen.", OPTIONAL),
    field("block_sent", "count", "Number of the last block that was sent.", OPTIONAL),
    field("block_acked", "count", "Number of the last block that was received.", OPTIONAL),
    field("error_code", "count", "Code of an error.", { optional: true, width: "u16" }),
    field("error_msg", "text", "Text of an error.", OPTIONAL),
    field("fuid", "text", "The file.", OPTIONAL),
  ],
};
