import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's irc log: names taken, channels joined, files sent. */
export const ircSchema: LogSchema = {
  name: "irc",
  shown: true,
  says: "IRC: who took which name, joined which channel, and sent which file.",
  brief: ["ts", "id.orig_h", "id.resp_h", "nick", "command", "value", "addl"],
  fields: [
    ...FLOW_FIELDS,
    field("nick", "text", "Nickname taken so far.", OPTIONAL),
    field("user", "text", "User name given so far.", OPTIONAL),
    field("command", "dict", "NICK, USER, JOIN or DCC.", OPTIONAL),
    field("value", "text", "What the command was for: a name, a channel.", OPTIONAL),
    field("addl", "text", "What else it said.", OPTIONAL),
    field("dcc_file_name", "text", "Name of a file that is sent directly.", OPTIONAL),
    field("dcc_file_size", "count", "How long its sender says it is.", OPTIONAL),
    field("dcc_mime_type", "dict", "Its type, told from its first bytes.", OPTIONAL),
    field("fuid", "text", "The file's id.", OPTIONAL),
  ],
};
