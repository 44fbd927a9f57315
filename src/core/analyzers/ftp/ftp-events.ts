import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's ftp log: commands that move or delete files or open data channels, with their replies. */
export const ftpSchema: LogSchema = {
  name: "ftp",
  shown: true,
  says: "FTP commands about files and data channels, with the last reply to each.",
  fields: [
    ...FLOW_FIELDS,
    field("user", "text", "Name of the user in this session."),
    field("password", "text", "Password of a guest; of others it is hidden.", OPTIONAL),
    field("command", "dict", "The command.", OPTIONAL),
    field("arg", "text", "What the command is about; for files a link to them.", OPTIONAL),
    field("mime_type", "dict", "Type of the file that was moved.", OPTIONAL),
    field("file_size", "count", "Size of the file as the server states it.", OPTIONAL),
    field("reply_code", "count", "Code of the last reply.", { optional: true, width: "u32" }),
    field("reply_msg", "text", "Text of the last reply.", OPTIONAL),
    field("data_channel.passive", "bool", "Whether the client opens the data channel.", OPTIONAL),
    field("data_channel.orig_h", "addr", "Who opens the data channel.", OPTIONAL),
    field("data_channel.resp_h", "addr", "To whom it is opened.", OPTIONAL),
    field("data_channel.resp_p", "port", "To which port.", OPTIONAL),
    field("fuid", "text", "The file that was moved.", OPTIONAL),
  ],
};

/** All commands with all replies; Zeek logs but some of them. */
export const ftpCommandsSchema: LogSchema = {
  name: "ftp_commands",
  shown: true,
  says: "All FTP commands in their order, each with its replies.",
  fields: [
    ...FLOW_FIELDS,
    field("user", "text", "Name of the user when the command was given.", OPTIONAL),
    field("command", "dict", "The command."),
    field("arg", "text", "What follows the command; a password is hidden.", OPTIONAL),
    field("reply_codes", "list", "Codes of the replies.", { items: "count" }),
    field("replies", "list", "Texts of the replies, line by line."),
    field("data_port", "port", "Port of the data channel that the command is about.", OPTIONAL),
    field("passive", "bool", "Whether the client opens that channel.", OPTIONAL),
    field("command_truncated", "bool", "Whether the command was longer than is kept."),
    field("reply_truncated", "bool", "Whether the replies were longer than is kept."),
  ],
};
