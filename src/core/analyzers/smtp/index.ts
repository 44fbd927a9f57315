import type { Protocol } from "../shared/index.ts";
import { SmtpAnalyzer } from "./smtp-analyzer.ts";
import { smtpSchema } from "./smtp-events.ts";
import { recognisesClient } from "./smtp-parser.ts";

/** SMTP (RFC 5321), the mails it carries (RFC 5322, 2045), STARTTLS (RFC 3207). */
export const smtp: Protocol = {
  name: "smtp",
  logs: [smtpSchema],
  tcpPorts: [25, 587],
  recognises: (head, side, transport) =>
    transport === "tcp" && side === 0 ? recognisesClient(head) : "no",
  start: ({ log, limit, files, software, createDigest }) => {
    const shared = {
      log: log(smtpSchema),
      files,
      software,
      createDigest,
      lineBytes: limit("smtp.lineBytes", 1024 * 1024),
      bdatLineBytes: limit("smtp.bdatLineBytes", 4096),
      pendingCommands: limit("smtp.pendingCommands", 1000),
      invalidTransactions: limit("smtp.invalidTransactions", 25),
      addresses: limit("smtp.addresses", 1000),
      path: limit("smtp.path", 1000),
      fuids: limit("smtp.fuids", 1000),
    };
    return { open: (conversation) => new SmtpAnalyzer(conversation, shared) };
  },
};
