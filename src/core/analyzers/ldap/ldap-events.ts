import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's ldap log: operations other than searches. */
export const ldapSchema: LogSchema = {
  name: "ldap",
  shown: true,
  says: "One row for each LDAP operation that is no search: binds, changes, extended requests.",
  fields: [
    ...FLOW_FIELDS,
    field("message_id", "count", "Number of the operation in its connection.", { optional: true }),
    field("version", "count", "Version of the protocol that a bind asks for.", {
      optional: true,
      width: "u32",
    }),
    field("opcode", "dict", "What was asked for.", { optional: true }),
    field("result", "dict", "How it went.", { optional: true }),
    field("diagnostic_message", "text", "What the server says about it.", { optional: true }),
    field("object", "text", "Name of the entry, or of the extended operation.", { optional: true }),
    field("argument", "text", "Changes, or how a bind proves who it is; never a password.", {
      optional: true,
    }),
    field("target", "text", "Entry that is added, renamed or compared.", {
      optional: true,
      ours: true,
    }),
  ],
};

/** Zeek's ldap_search log. */
export const ldapSearchSchema: LogSchema = {
  name: "ldap_search",
  shown: true,
  says: "One row for each LDAP search: what was looked for, and how many entries were found.",
  fields: [
    ...FLOW_FIELDS,
    field("message_id", "count", "Number of the search in its connection.", { optional: true }),
    field("scope", "dict", "How deep it looks: base, single or tree.", { optional: true }),
    field("deref_aliases", "dict", "When aliases are followed.", { optional: true }),
    field("base_object", "text", "Where it begins.", { optional: true }),
    field("result_count", "count", "Entries found.", { optional: true }),
    field("result", "dict", "How it went.", { optional: true }),
    field("diagnostic_message", "text", "What the server says about it.", { optional: true }),
    field("filter", "text", "What entries have to be like (RFC 4515).", { optional: true }),
    field("attributes", "list", "Unset, as in Zeek unless it is told to log them.", {
      optional: true,
    }),
    field("requested_attributes", "list", "Attributes that were asked for.", {
      optional: true,
      ours: true,
    }),
    field("size_limit", "count", "Entries that are wanted at most, 0 for all.", {
      optional: true,
      width: "u32",
      ours: true,
    }),
    field("time_limit", "count", "Seconds that it may take, 0 for any.", {
      optional: true,
      width: "u32",
      ours: true,
    }),
    field("types_only", "bool", "Whether values are left out.", { optional: true, ours: true }),
  ],
};
