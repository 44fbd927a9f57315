import { expect, test } from "vitest";
import { type Outcome, type Piece, talk } from "../../../../test/support/conversation.ts";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
  limitedTo,
} from "../../../../test/support/stream-facts.ts";
import { decodeWords } from "./encoded-words.ts";
import { smtp } from "./index.ts";
import { headerAddresses, ipAddresses, mailAddresses } from "./mail-addresses.ts";
import { parseBdat } from "./smtp-parser.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const client = (text: string): Piece => [0, bytes(text)];
const server = (text: string): Piece => [1, bytes(text)];

const greeting: Piece[] = [
  server("220 mail ready\r\n"),
  client("EHLO there\r\n"),
  server("250-mail\r\n250 PIPELINING\r\n"),
];
const envelope: Piece[] = [
  client("MAIL FROM:<a@x.org> SIZE=9\r\n"),
  server("250 ok\r\n"),
  client("RCPT TO:<b@y.org>\r\n"),
  server("250 ok\r\n"),
];
const MAIL = [
  "From: A <a@x.org>",
  'To: "B, the second" <b@y.org>, c@z.org',
  "Received: from one (one [192.0.2.1])",
  "\tby two",
  "Received: from zero ([192.0.2.7]) by one",
  "Subject: all",
  "Content-Type: multipart/mixed; boundary=cut",
  "",
  "not a part",
  "--cut",
  "Content-Type: text/plain",
  "",
  "see http://example.org/x.",
  "..two dots",
  "--cut",
  'Content-Type: application/x; name="=?utf-8?q?b=C3=A4r.bin?="',
  "Content-Transfer-Encoding: base64",
  "",
  "AAEC",
  "Aw==",
  "--cut--",
  "",
].join("\r\n");
const mail: Piece[] = [
  ...greeting,
  ...envelope,
  client("DATA\r\n"),
  server("354 go\r\n"),
  client(`${MAIL}.\r\n`),
  server("250 taken\r\n"),
  client("QUIT\r\n"),
  server("221 bye\r\n"),
];
const plain = (out: Outcome) => ({
  rows: out.rows("smtp").map(({ ts, ts_ns, ...row }) => row),
  files: out.files.map((file) => [file.reading, Buffer.from(file.bytes).toString("hex")]),
  weirds: out.weirds,
  services: out.services,
});

test("a mail's envelope, headers, way and parts are in its row", () => {
  const out = talk(smtp, mail);
  expect(out.services).toEqual(["smtp"]);
  expect(out.rows("smtp")).toEqual([
    expect.objectContaining({
      trans_depth: 1,
      helo: "there",
      mailfrom: "a@x.org",
      rcptto: ["b@y.org"],
      from: "A <a@x.org>",
      to: ['"B, the second" <b@y.org>', "c@z.org"],
      subject: "all",
      first_received: "from zero ([192.0.2.7]) by one",
      second_received: "from one (one [192.0.2.1])\tby two",
      path: ["10.0.0.2", "10.0.0.1", "192.0.2.1", "192.0.2.7"],
      last_reply: "250 taken",
      tls: false,
      fuids: ["F2", "F3"],
      attachments: ["bär.bin"],
      urls: ["http://example.org/x"],
      message_fuid: "F1",
    }),
  ]);
});

test("parts are files as they were before they were encoded, the mail is one as a whole", () => {
  const { files } = talk(smtp, mail);
  expect(files.map(({ reading, depth }) => [reading, depth])).toEqual([
    ["message", undefined],
    [undefined, 2],
    [undefined, 3],
  ]);
  expect(Buffer.from(files[0]!.bytes).toString()).toBe(MAIL.replace("\r\n..two", "\r\n.two"));
  expect(Buffer.from(files[1]!.bytes).toString()).toBe("see http://example.org/x.\r\n.two dots");
  expect([...files[2]!.bytes]).toEqual([0, 1, 2, 3]);
  expect(files.every(({ isEnded }) => isEnded)).toBe(true);
});

test("a mail with a line longer than any limit is whole, however it is cut", () => {
  const content = `.${".x".repeat(200)}\r\n.\r\nend\r\n`;
  const pieces = [
    ...greeting,
    ...envelope,
    client("DATA\r\n"),
    server("354 go\r\n"),
    client(`Subject: a\r\n\r\n.${content.replace("\n.\r", "\n..\r")}.\r\n`),
    server("250 taken\r\n"),
  ];
  const outcomeOf = (cut: readonly Piece[]) => {
    const out = talk(smtp, cut, limitedTo("smtp.lineBytes", 64));
    return { files: out.files.map((file) => Buffer.from(file.bytes).toString()), odd: out.weirds };
  };
  expect(outcomeOf(pieces)).toEqual({ files: [`Subject: a\r\n\r\n${content}`, content], odd: [] });
  expectSameHoweverCut(pieces, outcomeOf);
});

test("chunks make the same mail, wherever they are cut", () => {
  const chunks: Piece[] = [
    ...greeting,
    ...envelope,
    client(`BDAT 10\r\n${MAIL.slice(0, 10)}BDAT ${MAIL.length - 10} LAST\r\n${MAIL.slice(10)}`),
    server("250 more\r\n"),
    server("250 taken\r\n"),
  ];
  const out = talk(smtp, chunks);
  expect(out.weirds).toEqual([]);
  expect(out.rows("smtp")[0]).toMatchObject({ subject: "all", fuids: ["F2", "F3"] });
  // Dots are doubled in DATA only.
  expect(Buffer.from(out.files[0]!.bytes).toString()).toBe(MAIL);
});

test("arguments of BDAT are a size and perhaps LAST", () => {
  expect(parseBdat(bytes("86 last"))).toEqual({ bytes: 86, isLast: true });
  expect(parseBdat(bytes("0"))).toEqual({ bytes: 0, isLast: false });
  expect(parseBdat(bytes(""))).toEqual({ fault: "BDAT argument bad length" });
  expect(parseBdat(bytes("x"))).toEqual({ fault: "BDAT not followed by a valid chunk-size" });
  expect(parseBdat(bytes("8x"))).toEqual({ fault: "BDAT chunk-size not valid" });
  expect(parseBdat(bytes("8 LAS"))).toEqual({ fault: "BDAT chunk-size followed by junk" });
  expect(parseBdat(bytes("99999999999999999999"))).toEqual({ fault: "BDAT chunk-size too large" });
  expect(parseBdat(bytes("15555555557777777777"))).toEqual({ tooLarge: "15555555557777777777" });
});

test("behind STARTTLS everything is given to TLS", () => {
  const out = talk(smtp, [
    ...greeting,
    client("STARTTLS\r\n"),
    server("220 go\r\n\x16\x03"),
    client("\x16\x03\x01"),
  ]);
  expect(out.inner.map(({ name }) => name)).toEqual(["ssl"]);
  expect([...out.inner[0]!.bytes[0]]).toEqual([0x16, 3, 1]);
  expect([...out.inner[0]!.bytes[1]]).toEqual([0x16, 3]);
  expect(out.rows("smtp")[0]).toMatchObject({ tls: true, last_reply: "220 go" });
});

test("what is out of order is told, and a mail that was refused is kept", () => {
  const out = talk(smtp, [
    ...greeting,
    client("RCPT TO:<b@y.org>\r\n"),
    server("503 no\r\n"),
    client("DATA\r\n"),
    server("503 no\r\n"),
    client("Hello\r\n..\r\n.\r\n"),
  ]);
  expect(out.weirds).toEqual(["smtp_mail_transaction_invalid rcpt to missing mail from"]);
  expect(out.files.map(({ bytes: b }) => Buffer.from(b).toString())).toContain("Hello\r\n.\r\n");
});

test("a server that does not answer in codes speaks another protocol", () => {
  expect(talk(smtp, [server("hello\r\n")]).rejected).toBe("reply code out of range");
});

test("missing bytes end the mail; commands are read again behind the next reply", () => {
  const out = talk(smtp, [
    ...greeting,
    ...envelope,
    client("DATA\r\n"),
    server("354 go\r\n"),
    client("Subject: lost\r\n\r\nabc\r\n"),
    [0, 500],
    client("QUIT\r\n"),
    server("250 taken\r\n"),
    client("MAIL FROM:<d@x.org>\r\n"),
  ]);
  expect(out.rows("smtp").map(({ mailfrom }) => mailfrom)).toEqual(["a@x.org", "d@x.org"]);
  expect(out.rows("smtp")[0]).not.toHaveProperty("message_sha256");
});

test("addresses are cut out of envelopes, headers and texts", () => {
  expect(mailAddresses("TO:<a@b.c> ORCPT=rfc822;a@b.c")).toEqual(["a@b.c", "ORCPT=rfc822a@b.c"]);
  expect(mailAddresses("@@ @x a@ ,b@c;d")).toEqual(["b@c"]);
  expect(headerAddresses('"a, b" <c@d>, e@f,, g')).toEqual(['"a, b" <c@d>', "e@f"]);
  expect(ipAddresses("from [10.0.0.1] at 11:36:07 (2001:db8::1) 1.2.3.4.5")).toEqual([
    "10.0.0.1",
    "2001:db8::1",
    "1.2.3.4",
  ]);
  expect(ipAddresses("x10.0.0.1 [10.0.0.2]", { wrapped: true })).toEqual(["10.0.0.2"]);
  expect(decodeWords("=?ISO-8859-1?Q?a_=E4?= =?utf-8?b?YsO8?= c")).toBe("a äbü c");
});

test("whole, byte by byte and however cut, a mail gives the same rows and files", () => {
  expectSameHoweverCut(mail, (pieces) => plain(talk(smtp, pieces)), { pieceBytesMax: 90 });
});

test("twice the parts, depth, addresses or signs are no more than twice the work", () => {
  const talkOf = (text: string) => () => {
    const pieces: Piece[] = [
      ...greeting,
      client("MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n"),
      server("250 a\r\n250 b\r\n354 c\r\n"),
      client(text),
    ];
    talk(smtp, pieces);
  };
  const header = (text: string) => `To: ${text}\r\n\r\n`;
  for (const make of [
    (n: number) => header("@".repeat(n)),
    (n: number) => header('",@'.repeat(n)),
    (n: number) => header('"a'.repeat(n)),
    (n: number) => `Received: ${":1".repeat(n)}\r\n\r\n`,
    (n: number) => `${"X: y\r\n".repeat(n)}\r\n`,
  ]) {
    expect(growthOf((n) => talkOf(make(n)), 10_000)).toBeLessThanOrEqual(2.3);
  }
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(smtp, mail);
});
