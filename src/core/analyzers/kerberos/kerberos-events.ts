import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's kerberos log, with the digests of tickets that its ticket logging adds. */
export const kerberosSchema: LogSchema = {
  name: "kerberos",
  shown: true,
  says: "One row for each Kerberos exchange: who asked for which ticket, and what was answered.",
  fields: [
    ...FLOW_FIELDS,
    field("request_type", "dict", "AS (a first ticket), TGS (a service's) or AP (its use).", {
      optional: true,
    }),
    field("client", "text", "Principal that asks, and its realm.", { optional: true }),
    field("service", "text", "Principal that the ticket is for.", { optional: true }),
    field("success", "bool", "Whether it was granted.", { optional: true }),
    field("error_msg", "dict", "Why it was refused.", { optional: true }),
    field("from", "time", "Begin of validity that was asked for.", { optional: true }),
    field("till", "time", "End of validity that was asked for.", { optional: true }),
    field("cipher", "dict", "Cipher of the ticket.", { optional: true }),
    field("forwardable", "bool", "Whether a ticket to pass on was asked for.", { optional: true }),
    field("renewable", "bool", "Whether a ticket to renew was asked for.", { optional: true }),
    field("client_cert_subject", "text", "Subject of the client's certificate (PKINIT).", {
      optional: true,
    }),
    field("client_cert_fuid", "dict", "File id of the client's certificate.", { optional: true }),
    field("server_cert_subject", "text", "Subject of the server's certificate (PKINIT).", {
      optional: true,
    }),
    field("server_cert_fuid", "dict", "File id of the server's certificate.", { optional: true }),
    field("auth_ticket_sha256", "dict", "SHA-256 of the ticket that authorised the request.", {
      optional: true,
    }),
    field("new_ticket_sha256", "dict", "SHA-256 of the ticket that was granted.", {
      optional: true,
    }),
    field("error_code", "count", "Number of the error.", {
      optional: true,
      width: "u16",
      ours: true,
    }),
    field("reply_cipher", "dict", "Cipher of what only the client can read in the reply.", {
      optional: true,
      ours: true,
    }),
  ],
};
