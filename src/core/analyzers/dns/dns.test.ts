import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { expectSameHoweverCut, rowsWithoutTimes } from "../../../../test/support/stream-facts.ts";
import { createLimit, type Limit } from "../../base/index.ts";
import { dns } from "./index.ts";
import { decodeNetbiosName } from "./netbios-name.ts";

const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];

function name(text: string): number[] {
  const labels = text === "" ? [] : text.split(".");
  return [...labels.flatMap((label) => [label.length, ...Buffer.from(label)]), 0];
}

interface MessageOptions {
  id?: number;
  flags?: number;
  questions?: number[][];
  answers?: number[][];
  counts?: [questions: number, answers: number];
}

function message(options: MessageOptions): Uint8Array {
  const { id = 7, flags = 0x0100, questions = [], answers = [] } = options;
  const [asked, answered] = options.counts ?? [questions.length, answers.length];
  const header = [...u16(id), ...u16(flags), ...u16(asked), ...u16(answered), 0, 0, 0, 0];
  return Uint8Array.from([...header, ...questions.flat(), ...answers.flat()]);
}

const question = (text: string, type = 1): number[] => [...name(text), ...u16(type), ...u16(1)];
const record = (owner: number[], type: number, content: number[], ttl = 300): number[] => [
  ...owner,
  ...u16(type),
  ...u16(1),
  ...u32(ttl),
  ...u16(content.length),
  ...content,
];
const AT_QUESTION = [0xc0, 12];
const ask = message({ questions: [question("WWW.Example.net")] });
const answer = message({
  flags: 0x8180,
  questions: [question("www.example.net")],
  answers: [record(AT_QUESTION, 1, [192, 0, 2, 1])],
});

const udp = (...pieces: Piece[]) => talk(dns, pieces, { transport: "udp" });
const framed = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...u16(bytes.length), ...bytes]);

test("a query and its reply are one row, with the time between them", () => {
  const out = udp([0, ask], [1, answer]);
  expect(out.services).toEqual(["dns"]);
  expect(out.rows("dns")).toEqual([
    expect.objectContaining({
      trans_id: 7,
      query: "www.example.net",
      qtype_name: "A",
      rcode_name: "NOERROR",
      answers: ["192.0.2.1"],
      TTLs: [300],
      rtt: 0.001,
      RD: true,
      RA: true,
      rejected: false,
    }),
  ]);
});

test("queries without a reply and replies without a query are rows at the end", () => {
  const out = udp(
    [0, ask],
    [1, message({ id: 9, flags: 0x8183, questions: [question("no.such")] })],
  );
  expect(out.rows("dns").map((row) => [row["trans_id"], row["rcode"] ?? null])).toEqual([
    [7, null],
    [9, 3],
  ]);
});

test("a reply with nothing but its question is a refusal", () => {
  const out = udp(
    [0, ask],
    [1, message({ flags: 0x8185, questions: [question("www.example.net")] })],
  );
  expect(out.rows("dns")[0]).toMatchObject({ rejected: true, rcode_name: "REFUSED" });
});

test("pointers that lead forward or in a circle end the message, and a weird says so", () => {
  for (const owner of [
    [0xc0, 12],
    [0xc0, 40],
  ]) {
    const out = udp([0, message({ counts: [1, 0], questions: [[...owner, 0, 1, 0, 1]] })]);
    expect(out.weirds).toEqual(["DNS_label_forward_compress_offset"]);
    expect(out.services).toEqual([]);
  }
});

test("a chain of pointers longer than 20 is a limit", () => {
  // Each name points to the one before it.
  const chain = [...name("a")];
  for (let n = 0; n < 30; n++) chain.push(0xc0, n === 0 ? 12 : 15 + (n - 1) * 2);
  const body = [...chain.slice(0, -2), 0, 0, 1, 0, 1];
  const bytes = message({ counts: [0, 1], flags: 0x8180 });
  const owner = [0xc0, 12 + 3 + 28 * 2];
  const whole = Uint8Array.from([...bytes, ...body, ...record(owner, 1, [1, 2, 3, 4])]);
  const out = talk(dns, [[1, whole]], { transport: "udp" });
  expect(out.weirds.some((weird) => weird.startsWith("DNS_"))).toBe(true);
});

test("records of many types read as Zeek prints them", () => {
  const answers = [
    record(AT_QUESTION, 16, [3, ...Buffer.from("abc"), 2, ...Buffer.from("de")]),
    record(AT_QUESTION, 15, [0, 10, ...name("mail.example.net")]),
    record(AT_QUESTION, 28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    record(AT_QUESTION, 999, [1, 2]),
  ];
  const out = udp(
    [0, ask],
    [1, message({ flags: 0x8180, questions: [question("www.example.net")], answers })],
  );
  expect(out.rows("dns")[0]?.["answers"]).toEqual([
    "TXT 3 abc TXT 2 de",
    "mail.example.net",
    "2001:db8::1",
    "<unknown type=999>",
  ]);
  expect(out.weirds).toEqual(["DNS_RR_unknown_type 999"]);
});

test("names of NetBIOS queries are read, those that are none stay as they are", () => {
  expect(decodeNetbiosName("fhepfcelehfcepfffacacacacacacaaa")).toBe("WORKGROUP");
  expect(decodeNetbiosName("too short")).toBeUndefined();
  expect(decodeNetbiosName("z".repeat(32))).toBeUndefined();
});

test("over TCP: whole, byte by byte and however cut, the rows are the same", () => {
  const pieces: Piece[] = [
    [
      0,
      Buffer.concat([framed(ask), framed(message({ id: 8, questions: [question("b.example")] }))]),
    ],
    [1, framed(answer)],
    [1, framed(message({ id: 8, flags: 0x8183, questions: [question("b.example")] }))],
  ];
  const rows = rowsWithoutTimes(dns, ["dns"]);
  expect(rows(pieces)).toHaveLength(2);
  expectSameHoweverCut(pieces, rows, { pieceBytesMax: 40 });
});

test("no bytes whatever make it throw, and each message is read in bounded steps", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(1), (bytes, side) => {
      udp([side as 0 | 1, bytes]);
      const mutant = Uint8Array.from([...answer.subarray(0, 12), ...bytes]);
      udp([1, mutant]);
    }),
    { numRuns: 2000 },
  );
});

test("a field says which bytes it came from", () => {
  const { marks } = udp([0, ask], [1, answer]);
  const query = marks.find((mark) => mark.field === "dns.query")!;
  expect([query.side, query.position, query.length]).toEqual([0, 12, 17]);
  const address = marks.find((mark) => mark.field === "dns.answers")!;
  expect(answer.subarray(address.position, address.position + address.length)).toEqual(
    Uint8Array.of(192, 0, 2, 1),
  );
});

test("DNS is known by content on any port, and only where a whole message fits", () => {
  expect(dns.recognises!(ask, 0, "udp")).toBe("yes");
  expect(dns.recognises!(ask, 1, "udp")).toBe("no");
  expect(dns.recognises!(ask.subarray(0, -1), 0, "udp")).toBe("no");
  const framed = Uint8Array.from([...u16(ask.length), ...ask]);
  expect(dns.recognises!(framed, 0, "tcp")).toBe("yes");
  expect(dns.recognises!(framed.subarray(0, -1), 0, "tcp")).toBe("more");
  const isTaken = (bytes: Uint8Array) => dns.recognises!(bytes, 0, "udp") === "yes";
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => !isTaken(bytes)));
});

test("over TCP messages behind a hole are read again from the next that begins a segment", () => {
  const framed = (bytes: Uint8Array) => Uint8Array.from([...u16(bytes.length), ...bytes]);
  const asked = (id: number) => message({ id, questions: [question("a.example")] });
  const out = talk(
    dns,
    [
      [0, framed(asked(1))],
      [0, 40],
      [0, framed(asked(3))],
    ],
    {
      transport: "tcp",
    },
  );
  expect(out.rows("dns").map((row) => row["trans_id"])).toEqual([1, 3]);
});

test("records that point to one long name are told as far as a row may be long", () => {
  const long = Array.from({ length: 4 }, (_, n) => String(n).repeat(60)).join(".");
  const limits = new Map<string, Limit>();
  const limit = (name: string, maximum: number): Limit => {
    const one = createLimit(name, maximum);
    limits.set(name, one);
    return one;
  };
  const answers = Array.from({ length: 1000 }, () => record(AT_QUESTION, 5, AT_QUESTION));
  const reply = message({ flags: 0x8180, questions: [question(long)], answers });
  const out = talk(dns, [[1, reply]], { transport: "udp", services: { limit } });
  const [row] = out.rows("dns");
  expect((row!["answers"] as string[]).length).toBe(Math.floor(65_536 / long.length));
  expect((row!["TTLs"] as number[]).length).toBe(Math.floor(65_536 / long.length));
  expect(limits.get("dns.answerCharacters")!.reached).toBeGreaterThan(0);
});
