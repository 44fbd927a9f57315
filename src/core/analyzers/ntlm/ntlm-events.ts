import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** Zeek's ntlm log: who logged on by NTLM, from which host, at which server, and how it went. */
export const ntlmSchema: LogSchema = {
  name: "ntlm",
  shown: true,
  says: "One row for each connection with an NTLM logon: who, from which host, and how it went.",
  fields: [
    ...FLOW_FIELDS,
    field("username", "text", "Who logs on.", OPTIONAL),
    field("hostname", "text", "The host that he says he is at.", OPTIONAL),
    field("domainname", "text", "The domain that he says he is of.", OPTIONAL),
    field("server_nb_computer_name", "dict", "The server's NetBIOS name.", OPTIONAL),
    field("server_dns_computer_name", "dict", "The server's DNS name.", OPTIONAL),
    field("server_tree_name", "dict", "DNS name of the server's forest.", OPTIONAL),
    field("success", "bool", "Whether the logon succeeded, where SPNEGO says it.", OPTIONAL),
    field("status", "dict", "What the carrier said to the logon, such as LOGON_FAILURE.", OURS),
    field("server_domain", "dict", "NetBIOS name of the server's domain.", OURS),
    field("ntlm_version", "count", "Version of the response: 1 or 2.", { ...OURS, width: "u8" }),
    field("users", "list", "All who tried on this connection, each with the answer.", OURS),
  ],
};
