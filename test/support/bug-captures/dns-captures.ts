import { type BugCapture, bytesOf, many, numbers, overTcp, overUdp } from "./bug-capture.ts";

const AT_QUESTION = [0xc0, 12];
const RESPONSE = 0x8180;
const TYPE = { a: 1, cname: 5, opt: 41, svcb: 64 } as const;
const CLIENT_SUBNET = 8;

type Bytes = readonly number[];

function name(text: string): number[] {
  return [...text.split(".").flatMap((label) => [label.length, ...bytesOf(label)]), 0];
}

const question = (owner: Bytes): number[] => [...owner, 0, 1, 0, 1];

function record(owner: Bytes, type: number, content: Bytes): number[] {
  return [...owner, ...numbers([2, type], [2, 1], [4, 300], [2, content.length]), ...content];
}

/** A message; it may claim other numbers of records than it has. */
function message(
  flags: number,
  parts: { questions?: Bytes[]; answers?: Bytes[]; extra?: Bytes[]; claims?: number },
): Uint8Array {
  const { questions = [], answers = [], extra = [] } = parts;
  const counts = [questions.length, parts.claims ?? answers.length, 0, extra.length];
  const head = numbers([2, 7], [2, flags], ...counts.map((count) => [2, count] as const));
  return Uint8Array.from([...head, ...questions.flat(), ...answers.flat(), ...extra.flat()]);
}

const framed = (bytes: Uint8Array): number[] => [...numbers([2, bytes.length]), ...bytes];
const ask = (owner: Bytes) => message(0x0100, { questions: [question(owner)] });
const overQuestions = (messages: readonly Uint8Array[]): Uint8Array[] =>
  overUdp(
    53,
    messages.map((bytes) => [(bytes[2]! >> 7) as 0 | 1, bytes]),
  );

/** Where the content of the first record behind a question of the root begins. */
const FIRST_CONTENT = 12 + 5 + 11;
const UNKNOWN_TYPE = 0xff00;

/** Pointers each of which leads to the one before it, the first to the question's root. */
function chainOf(length: number): number[] {
  return many(length, (n) => [0xc0, n === 0 ? 12 : FIRST_CONTENT + 2 * (n - 1)]).flat();
}

/** Classes of DNS. */
export const DNS_CAPTURES: readonly BugCapture[] = [
  {
    name: "dns-pointer-loop",
    says: "A compressed name whose pointers lead in a circle never came to an end.",
    published: "Zeek 5.0.0-dev.572; Suricata 4.0.0-rc1 #2148",
    size: 150,
    packets: (size) => overQuestions(many(size, () => ask(AT_QUESTION))),
    shows: [["weird", { name: "DNS_label_forward_compress_offset" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "dns-pointer-chain",
    says: "Each step of a name leads to one more pointer, so that a name was read by recursion.",
    published: "Zeek 8.2.0-dev.629",
    size: 40,
    packets: (size) =>
      overQuestions(
        many(size, () => {
          const chain = chainOf(60);
          const owner = [0xc0, FIRST_CONTENT + chain.length - 2];
          const answers = [record([0], UNKNOWN_TYPE, chain), record(owner, TYPE.a, [192, 0, 2, 1])];
          return message(RESPONSE, { questions: [question([0])], answers });
        }),
      ),
    shows: [["weird", { name: "DNS_max_compression_chain_depth_exceeded" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "dns-name-amplification",
    says: "Thousands of two-byte pointers to one long name made a log row of many times the message.",
    published: "Suricata #7280 (CVE-2024-55628)",
    size: 500,
    packets: (size) => {
      const long = name(many(4, (n) => String(n).repeat(62)).join("."));
      const answers = many(size, () => record(AT_QUESTION, TYPE.cname, AT_QUESTION));
      const reply = message(RESPONSE, { questions: [question(long)], answers });
      return overTcp(53, [
        [0, Uint8Array.from(framed(ask(long)))],
        [1, Uint8Array.from(framed(reply))],
      ]);
    },
    shows: [
      ["weird", { name: "limit_reached" }],
      ["dns", { rcode_name: "NOERROR" }],
    ],
  },
  {
    name: "dns-tcp-small-messages",
    says: "A delivery of very many tiny messages was read by recursion, a level for each.",
    published: "Zeek 3.2.0-dev.992; Suricata 4.0.0-rc1 #2144",
    size: 1500,
    packets: (size) => overTcp(53, [[0, new Uint8Array(2 * size)]]),
    shows: [["weird", { name: "DNS_truncated_len_lt_hdr_len" }]],
  },
  {
    name: "dns-claimed-records",
    says: "A message that claims 65,535 records and has none was read for each of them.",
    published: "Zeek 5.0.0-dev.572",
    size: 150,
    packets: (size) =>
      overQuestions(
        many(size, () => [
          ask(name("a.example")),
          message(RESPONSE, { questions: [question(name("a.example"))], claims: 65_535 }),
        ]).flat(),
      ),
    shows: [
      ["weird", { name: "dns_invalid_name" }],
      ["dns", { query: "a.example" }],
    ],
    rowsMax: (size) => size + 10,
  },
  {
    name: "dns-client-subnet",
    says: "A client's network longer than any address was written behind the room for it.",
    published: "Zeek 4.1.0-dev.4; 9.0.0-dev.79",
    size: 100,
    packets: (size) =>
      overQuestions(
        many(size, (n) => {
          const option = [...numbers([2, CLIENT_SUBNET], [2, 68], [2, 1 + (n % 2)]), 255, 0];
          const extra = record([0], TYPE.opt, [...option, ...new Uint8Array(64).fill(65)]);
          return message(0x0100, { questions: [question(name("a.example"))], extra: [extra] });
        }),
      ),
    shows: [["dns", { query: "a.example" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "dns-service-parameter",
    says: "A parameter of SVCB longer than its record was read beyond it.",
    published: "Zeek 8.2.0-dev.635; 9.0.0-dev.138",
    size: 100,
    packets: (size) =>
      overQuestions(
        many(size, () => {
          const content = [0, 1, 0, ...numbers([2, 1], [2, 60_000]), 2, 104, 50];
          const answers = [record(AT_QUESTION, TYPE.svcb, content)];
          return message(RESPONSE, { questions: [question(name("a.example"))], answers });
        }),
      ),
    shows: [["weird", { name: "DNS_SVCB_param_value_toobig" }]],
    rowsMax: (size) => size + 10,
  },
];
