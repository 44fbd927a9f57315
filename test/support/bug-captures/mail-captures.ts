import type { Piece } from "../conversation.ts";
import { type BugCapture, client, many, overTcp, server } from "./bug-capture.ts";

const GREETING: readonly Piece[] = [
  server("220 mail.example ESMTP\r\n"),
  client("EHLO me.example\r\n"),
  server("250 mail.example\r\n"),
];
const ENVELOPE = "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n";

/** A mail that is sent after a greeting and accepted. */
function mail(text: string): Piece[] {
  return [
    ...GREETING,
    client(ENVELOPE),
    server("250 sender\r\n250 recipient\r\n354 go on\r\n"),
    client(text),
    client("\r\n.\r\nQUIT\r\n"),
    server("250 taken\r\n221 bye\r\n"),
  ];
}

function nested(depth: number): string {
  const open = (n: number) => `Content-Type: multipart/mixed; boundary="b${n}"\r\n\r\n--b${n}\r\n`;
  return `Subject: deep\r\n${many(depth, open).join("")}Content-Type: text/plain\r\n\r\nhello`;
}

/** Classes of SMTP, of mail itself and of the ways to fetch it. */
export const MAIL_CAPTURES: readonly BugCapture[] = [
  {
    name: "smtp-endless-line",
    says: "A command without a line end was held without a limit.",
    published: "Suricata 7.0.0-beta1 #5023; Zeek 9.0.0-dev.567",
    size: 16_000,
    packets: (size) => overTcp(25, [...GREETING, client(`MAIL FROM:<${"a".repeat(size)}`)]),
    shows: [["smtp", { helo: "me.example" }]],
  },
  {
    name: "smtp-mail-flood",
    says: "Mails without end on one flow were each looked up among all before.",
    published: "Suricata #6477 (CVE-2024-23836); 7.0.0 #5927",
    size: 80,
    packets: (size) =>
      overTcp(25, [
        ...GREETING,
        ...many(size, () => [
          client(`${ENVELOPE}Subject: x\r\n\r\nhello\r\n.\r\n`),
          server("250 sender\r\n250 recipient\r\n354 go on\r\n250 taken\r\n"),
        ]).flat(),
      ]),
    shows: [["smtp", { mailfrom: "a@x.example", rcptto: ["b@y.example"] }]],
    rowsMax: (size) => 3 * size + 20,
  },
  {
    name: "smtp-pending-commands",
    says: "Commands that nobody answers were kept, each for a reply that does not come.",
    published: "Bro 2.5.5",
    size: 1500,
    packets: (size) => overTcp(25, [...GREETING, client("NOOP\r\n".repeat(size))]),
    shows: [["weird", { name: "smtp_excessive_pending_cmds" }]],
  },
  {
    name: "smtp-blank-lines",
    says: "Long runs of empty lines each cost as much as a command.",
    published: "Bro 2.5.5",
    size: 6000,
    packets: (size) => {
      const text = `MAIL FROM:<a@x.example>\r\n${"\r\n".repeat(size)}`;
      return overTcp(25, [...GREETING, client(text)]);
    },
    shows: [["smtp", { mailfrom: "a@x.example" }]],
  },
  {
    name: "smtp-transactions-out-of-order",
    says: "DATA without a recipient, again and again, made a transaction of each.",
    published: "Zeek 6.0.0-dev.339",
    size: 60,
    packets: (size) =>
      overTcp(25, [
        ...GREETING,
        ...many(size, () => [
          client("RCPT TO:<b@y.example>\r\nDATA\r\n"),
          server("503 no\r\n503 no\r\n"),
        ]).flat(),
      ]),
    shows: [
      ["weird", { name: "smtp_excessive_invalid_mail_transactions" }],
      ["weird", { name: "smtp_mail_transaction_invalid" }],
    ],
    rowsMax: (size) => size + 20,
  },
  {
    name: "smtp-recipient-flood",
    says: "Recipients and addresses in headers made sets of any size in one row.",
    published: "Zeek 9.0.0-dev.910",
    size: 600,
    packets: (size) => {
      const to = many(size, (n) => `r${n}@y.example`);
      return overTcp(25, mail(`To: ${to.join(", ")}\r\nSubject: x\r\n\r\nhello`));
    },
    shows: [["weird", { name: "smtp_too_many_to_addresses" }]],
    rowsMax: () => 20,
  },
  {
    name: "smtp-path-flood",
    says: "Received headers without end made a way of as many hosts.",
    published: "Zeek 9.0.0-dev.910",
    size: 500,
    packets: (size) => {
      const hops = many(size, (n) => {
        return `Received: from a by b [10.${n >> 16}.${(n >> 8) & 255}.${n & 255}]; now\r\n`;
      });
      return overTcp(25, mail(`${hops.join("")}Subject: x\r\n\r\nhello`));
    },
    shows: [["weird", { name: "smtp_max_path_length_exceeded" }]],
    rowsMax: () => 20,
  },
  {
    name: "smtp-bdat-huge",
    says: "A chunk of nearly 2^64 bytes overflowed when what was left of it was counted.",
    published: "Zeek 6.2.0-dev.423; Suricata 7.0.0-beta1 #4436",
    size: 8000,
    packets: (size) =>
      overTcp(25, [
        ...GREETING,
        client("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\n"),
        server("250 sender\r\n250 recipient\r\n"),
        client("BDAT 18446744073709551615\r\n"),
        client("a".repeat(size)),
      ]),
    shows: [["weird", { name: "smtp_huge_bdat_chunk" }]],
  },
  {
    name: "mime-nesting-bomb",
    says: "Parts inside parts, thousands deep, used up the stack.",
    published: "Zeek 7.0 (MIME::max_depth)",
    size: 300,
    packets: (size) => overTcp(25, mail(nested(size))),
    shows: [["weird", { name: "exceeded_mime_max_depth" }]],
    rowsMax: () => 20,
  },
  {
    name: "mime-part-flood",
    says: "Each part of a mail was looked up from the first on.",
    published: "Suricata 7.0.2 #6306",
    size: 250,
    packets: (size) => {
      const part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
      const head = 'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n';
      return overTcp(25, mail(`${head}${part.repeat(size)}--b--`));
    },
    shows: [["smtp", { subject: "x" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "mime-header-repeats",
    says: "Headers that say the same thing many times over each left something behind.",
    published: "Zeek 3.2.0-dev.761",
    size: 500,
    packets: (size) => {
      const fields = 'Content-Transfer-Encoding: base64\r\nContent-Type: a/b; boundary="c"\r\n';
      return overTcp(25, mail(`${fields.repeat(size)}\r\nYWJj`));
    },
    shows: [["smtp", { mailfrom: "a@x.example" }]],
    rowsMax: () => 20,
  },
  {
    name: "mime-broken-base64",
    says: "Base64 with letters that are none, and cut anywhere, was written beyond its room.",
    published: "Suricata #6902 (CVE-2024-32664); 7.0.0-rc1 #5623",
    size: 300,
    packets: (size) => {
      const body = many(size, (n) => `${"QUJD".slice(0, n % 5)}=!*${"R".repeat(n % 7)}\r\n`).join(
        "",
      );
      return overTcp(25, mail(`Content-Transfer-Encoding: base64\r\n\r\n${body}`));
    },
    shows: [
      ["weird", { name: "base64_illegal_encoding" }],
      ["smtp", { mailfrom: "a@x.example" }],
    ],
    rowsMax: () => 20,
  },
  {
    name: "pop3-commands-of-redis",
    says: "Another protocol's AUTH made it POP3, whose commands then waited for ever.",
    published: "Zeek 7.1.0-dev.386 GH-3936",
    size: 500,
    packets: (size) =>
      overTcp(110, [server("+OK ready\r\n"), client("AUTH\r\n"), client("PING\r\n".repeat(size))]),
    shows: [["weird", { name: "pop3_client_too_many_pending_commands" }]],
    rowsMax: () => 20,
  },
  {
    name: "imap-endless-line",
    says: "A line without an end was held by every reader that had set no limit.",
    published: "Zeek 9.0.0-dev.567",
    size: 20_000,
    packets: (size) =>
      overTcp(143, [server("* OK ready\r\n"), client(`a1 LOGIN ${"x".repeat(size)}`)]),
    shows: [
      ["weird", { name: "limit_reached" }],
      ["conn", { conn_state: "SF" }],
    ],
  },
];
