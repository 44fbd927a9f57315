import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { A, ACK, B, SYN, tcp } from "../../test/support/crafted-packets.ts";
import { WIRESHARK_VERSION } from "./contract.ts";
import { Dissection, ROWS_MAX } from "./dissection.ts";
import { type Library, type LoadLibrary, startLibrary } from "./library.ts";

const require = createRequire(import.meta.url);
const RAW_IP = 101;
const BODY = "<b>hello</b>";
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const ASKED = "GET /a.html HTTP/1.1\r\nHost: example\r\n\r\n";

let library: Library;
let dissection: Dissection;

beforeAll(async () => {
  const file = (name: string): ArrayBuffer =>
    new Uint8Array(readFileSync(require.resolve(`@goodtools/wiregasm/dist/${name}`))).buffer;
  const load = require("@goodtools/wiregasm/dist/wiregasm.js") as LoadLibrary;
  const [program, tables] = [file("wiregasm.wasm.gz"), file("wiregasm.data.gz")];
  library = await startLibrary(load, { program, tables });
  dissection = new Dissection(library);
});

/** A packet of one side; `at` is the place of its first byte, -1 the SYN's own number. */
function frame(by: "client" | "server", at: number, text: string, flags = ACK): Uint8Array {
  const heard = by === "server" ? 1_000 : 9_000;
  return tcp(by === "client" ? [A, B] : [B, A], {
    sequence: (by === "client" ? 1_000 : 9_000) + at,
    acknowledgment: flags === SYN ? 0 : heard + (by === "server" && at >= 0 ? ASKED.length : 0),
    flags,
    text,
  });
}

function capture(frames: readonly Uint8Array[], secrets?: Uint8Array): Uint8Array {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  if (secrets !== undefined) pieces.push(writer.secrets(0x544c534b, secrets));
  for (const [n, bytes] of frames.entries()) {
    pieces.push(
      writer.packet({
        bytes,
        originalBytes: bytes.length,
        seconds: 1_700_000_000 + n,
        nanoseconds: 0,
        linkType: RAW_IP,
        snapLength: 262_144,
      }),
    );
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** A handshake, a request, and an answer in two packets. */
function web(): Uint8Array {
  return capture([
    frame("client", -1, "", SYN),
    frame("server", -1, "", SYN | ACK),
    frame("client", 0, ASKED),
    frame("server", 0, ANSWER.slice(0, 60)),
    frame("server", 60, ANSWER.slice(60)),
  ]);
}

test("the package is the Wireshark that the page names", () => {
  expect(library.wiresharkVersion()).toBe(WIRESHARK_VERSION);
});

test("a capture is listed with Wireshark's columns and colours", () => {
  const { packets, columns } = dissection.load({ capture: web() });
  expect(packets).toBe(5);
  expect(columns).toEqual(["Time", "Source", "Destination", "Protocol", "Length", "Info"]);
  const { rows, matched } = dissection.frames({ filter: "", skip: 2, limit: 2 });
  expect(matched).toBe(5);
  expect(rows.map(({ number }) => number)).toEqual([3, 4]);
  expect(rows[0]!.columns[5]).toBe("GET /a.html HTTP/1.1 ");
  expect(rows[0]!.background).toBe(0xe4ffc7);
});

test("no answer holds more rows than the limit", () => {
  const frames = Array.from({ length: ROWS_MAX + 5 }, (_, n) => frame("client", n, "x"));
  dissection.load({ capture: capture(frames) });
  expect(dissection.frames({ filter: "", skip: 0, limit: 1e9 }).rows).toHaveLength(ROWS_MAX);
});

test("a packet's fields come in order with their level, bytes and filter", () => {
  dissection.load({ capture: web() });
  const { lines, sources, follow, linesLeftOut } = dissection.frame({ number: 3 });
  expect(linesLeftOut).toBe(0);
  const port = lines.find(({ label }) => label.startsWith("Destination Port"))!;
  expect(port).toMatchObject({ level: 2, start: 22, length: 2, source: 0 });
  expect(port.filter).toBe("tcp.dstport == 80");
  expect(sources[0]!.bytes.subarray(22, 24)).toEqual(Uint8Array.of(0, 80));
  expect(follow.map(({ protocol }) => protocol)).toEqual(["HTTP", "TCP"]);
  expect(lines[0]!.level).toBe(1);
  expect(lines.filter(({ isProtocol, level }) => isProtocol && level === 1)).not.toHaveLength(0);
});

test("bytes put together from several packets are a source of their own", () => {
  dissection.load({ capture: web() });
  const { sources, lines } = dissection.frame({ number: 5 });
  expect(sources.map(({ name }) => name)[1]).toBe(`Reassembled TCP (${ANSWER.length} bytes)`);
  expect(Buffer.from(sources[1]!.bytes).toString()).toBe(ANSWER);
  const type = lines.find(({ filter }) => filter.startsWith("http.content_type "))!;
  expect(type.source).toBe(1);
});

test("a field about another packet says which", () => {
  dissection.load({ capture: web() });
  const { lines } = dissection.frame({ number: 5 });
  expect(lines.find(({ filter }) => filter.startsWith("http.request_in "))?.frame).toBe(3);
  expect(lines.find(({ filter }) => filter.startsWith("tcp.srcport "))?.frame).toBeUndefined();
});

test.each([
  ["tcp.port == 80", ""],
  ["tcp.port == x", '"x" cannot be converted to Unsigned integer (16 bits).'],
  ["nosuch.field", '"nosuch.field" is not a valid protocol or protocol field.'],
])("the filter %s has the fault “%s”", (filter, fault) => {
  expect(dissection.check({ filter })).toEqual({ fault });
});

test("a filter finds what matches, and nothing where nothing does", () => {
  dissection.load({ capture: web() });
  const { rows, matched } = dissection.frames({ filter: "http", skip: 0, limit: 10 });
  expect([matched, rows.map(({ number }) => number)]).toEqual([2, [3, 5]]);
  expect(dissection.frames({ filter: "arp", skip: 0, limit: 10 })).toEqual({
    rows: [],
    matched: 0,
  });
});

test("names are completed with the shortest first", () => {
  const { fields } = dissection.complete({ word: "tcp.flags.s" });
  expect(fields).toEqual([
    { name: "tcp.flags.str", says: "TCP Flags" },
    { name: "tcp.flags.syn", says: "Syn" },
  ]);
  expect(dissection.complete({ word: "" }).fields).toEqual([]);
});

test("a stream is followed side by side, and one that is not there is empty", () => {
  dissection.load({ capture: web() });
  const found = dissection.follow({ protocol: "TCP", filter: "tcp.stream eq 0" });
  expect(found.client).toEqual({ host: "10.0.0.1", port: "40000" });
  expect([found.clientBytes, found.serverBytes]).toEqual([ASKED.length, ANSWER.length]);
  expect(found.parts.map(({ number, isServer }) => [number, isServer])).toEqual([
    [3, false],
    [4, true],
    [5, true],
  ]);
  expect(dissection.follow({ protocol: "NOPE", filter: "x" }).parts).toEqual([]);
});

test("an object is taken out whole", () => {
  dissection.load({ capture: web() });
  const { objects } = dissection.objects();
  expect(objects).toHaveLength(1);
  expect(objects[0]).toMatchObject({ packet: 5, host: "example", name: "a.html", bytes: 12 });
  const { bytes } = dissection.object({ token: objects[0]!.token });
  expect(Buffer.from(bytes).toString()).toBe(BODY);
});

test("what is no capture is refused, and the next one opens", () => {
  expect(() => dissection.load({ capture: new Uint8Array(100).fill(7) })).toThrow(/cannot read/);
  expect(dissection.load({ capture: web() }).packets).toBe(5);
});

test("a packet cut short is shown as malformed, and does no harm", () => {
  const whole = frame("client", 0, ASKED);
  dissection.load({ capture: capture([whole.subarray(0, 26)]) });
  const { lines } = dissection.frame({ number: 1 });
  expect(lines.map(({ label }) => label).join("\n")).toMatch(/Packet size limited|Malformed/);
});
