import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, TCP, tcpFrame, udpFrame } from "../../src/core/traffic/ethernet.ts";

const SECOND = 1_700_000_000;
const CLIENT = { host: host("10.0.0.1"), port: 40_000, start: 5_000_000 };
const SERVER = { host: host("10.0.0.2"), port: 80, start: 7_000_000 };

/** One segment of a conversation; `at` is its first byte's place, -1 the SYN's own number. */
interface Said {
  readonly ms: number;
  readonly by: "client" | "server";
  readonly at: number;
  readonly bytes?: string | Uint8Array;
  readonly flags?: number;
  readonly acknowledges?: number;
  /** Bytes of the payload that the capture cut off. */
  readonly cut?: number;
}

const HANDSHAKE: readonly Said[] = [
  { ms: 0, by: "client", at: -1, flags: TCP.syn },
  { ms: 21, by: "server", at: -1, flags: TCP.syn | TCP.ack },
  { ms: 22, by: "client", at: 0 },
];

interface Frame {
  readonly ms: number;
  readonly bytes: Uint8Array;
  readonly cut: number;
}

/** Two packets that disagree each way, a hole, and a packet cut short. */
export function disagreeing(): Buffer {
  return conversation([
    ...HANDSHAKE,
    { ms: 50, by: "client", at: 5, bytes: "user=alice" },
    { ms: 90, by: "client", at: 4, bytes: " user=mallory" },
    { ms: 100, by: "client", at: 0, bytes: "LOGI" },
    { ms: 200, by: "server", at: 0, bytes: "real answer\r\n", acknowledges: 17 },
    { ms: 210, by: "server", at: 0, bytes: "fake answer\r\n", acknowledges: 17 },
    { ms: 300, by: "server", at: 113, bytes: "after the hole\r\n", acknowledges: 17 },
    { ms: 310, by: "client", at: 17, acknowledges: 129 },
    { ms: 400, by: "client", at: 17, bytes: "cut here", cut: 4, acknowledges: 129 },
  ]);
}

/** More packets than a page has and more bytes than a page shows; the last disagrees with an older one. */
export function long(): Buffer {
  const segmentBytes = 1400;
  const said = Array.from({ length: 1700 }, (_, n) => ({
    ms: 30 + n,
    by: "server" as const,
    at: n * segmentBytes,
    bytes: new Uint8Array(segmentBytes).fill(97 + (n % 26)),
  }));
  const other = new Uint8Array(segmentBytes).fill(48);
  const last = { ...said[1690]!, ms: 1800, bytes: other };
  return conversation([...HANDSHAKE, ...said, last]);
}

/** A connection each 10 ms, so many that rows are written long before the last; `mark` makes it its own. */
export function busy(mark: string): Buffer {
  const payload = Buffer.alloc(900, mark);
  return written(
    Array.from({ length: 24_000 }, (_, n) => {
      const ends = { from: host(`10.9.${n >> 8}.${n & 255}`), to: SERVER.host, identification: 1 };
      const bytes = udpFrame(ends, { source: 5000, destination: 5001 }, payload);
      return { ms: n * 10, cut: 0, bytes };
    }),
  );
}

/** Two connections inside a VXLAN tunnel. */
export function tunnelled(): Buffer {
  const header = Uint8Array.of(8, 0, 0, 0, 0, 0, 77, 0);
  const inner = [0, 1].flatMap((n) =>
    HANDSHAKE.map((said) => ({ ...frameOf(said, CLIENT.port + n, n + 1), ms: said.ms + n * 100 })),
  );
  return written(
    inner.map(({ ms, bytes }, n) => {
      const ends = { from: host("192.0.2.1"), to: host("192.0.2.2"), identification: n + 1 };
      const ports = { source: 50_000, destination: 4789 };
      return { ms, cut: 0, bytes: udpFrame(ends, ports, Buffer.concat([header, bytes])) };
    }),
  );
}

/** A steady packet each 10 ms, and at half a second twelve full frames within 100 µs. */
export function bursting(): Buffer {
  const frames: Frame[] = [];
  // Each with an identification of its own: the same frame again would be a mirror port's copy.
  const frame = (ms: number, port: number, bytes: number): Frame => ({
    ms,
    cut: 0,
    bytes: udpFrame(
      { from: host("10.0.0.1"), to: host("198.41.0.4"), identification: frames.length + 1 },
      { source: port, destination: 9999 },
      new Uint8Array(bytes),
    ),
  });
  for (let n = 0; n < 100; n++) {
    frames.push(frame(n * 10, 4000, 100));
    if (n === 50) for (let m = 1; m <= 12; m++) frames.push(frame(500 + m * 0.008, 5000, 1458));
  }
  return written(frames);
}

function conversation(said: readonly Said[]): Buffer {
  return written(said.map((one, n) => frameOf(one, CLIENT.port, n + 1)));
}

function frameOf(said: Said, clientPort: number, identification: number): Frame {
  const client = { ...CLIENT, port: clientPort };
  const [from, to] = said.by === "client" ? [client, SERVER] : [SERVER, client];
  const bytes = tcpFrame(
    { from: from.host, to: to.host, identification },
    {
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: from.start + 1 + said.at,
      acknowledgment: to.start + 1 + (said.acknowledges ?? 0),
      flags: said.flags ?? TCP.ack | TCP.psh,
      window: 501,
    },
    typeof said.bytes === "string" ? Buffer.from(said.bytes) : (said.bytes ?? new Uint8Array(0)),
  );
  return { ms: said.ms, bytes, cut: said.cut ?? 0 };
}

function written(frames: readonly Frame[]): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (const { ms, bytes, cut } of frames) {
    pieces.push(
      writer.packet({
        bytes: bytes.subarray(0, bytes.length - cut),
        originalBytes: bytes.length,
        seconds: SECOND + Math.floor(ms / 1000),
        nanoseconds: Math.round((ms % 1000) * 1e6),
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  return Buffer.concat(pieces);
}

/** Markup where a page might take it for its own. */
export const HOSTILE = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const PAGE = `<h1>${HOSTILE}</h1>`;
const ASKED = `GET /a.html HTTP/1.1\r\nHost: ${HOSTILE}\r\nUser-Agent: ${HOSTILE}\r\n\r\n`;
const ANSWERED = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`;

/** A page asked for and given in two packets, with markup in every text, then a packet cut short. */
export function hostile(): Buffer {
  const asked = ASKED.length;
  const answered = ANSWERED.length;
  return conversation([
    ...HANDSHAKE,
    { ms: 30, by: "client", at: 0, bytes: ASKED },
    { ms: 40, by: "server", at: 0, bytes: ANSWERED.slice(0, 70), acknowledges: asked },
    { ms: 41, by: "server", at: 70, bytes: ANSWERED.slice(70), acknowledges: asked },
    { ms: 50, by: "client", at: asked, acknowledges: answered },
    {
      ms: 60,
      by: "client",
      at: asked,
      bytes: "GET /cut.html HTTP/1.1\r\n",
      cut: 15,
      acknowledges: answered,
    },
  ]);
}

/** A conversation of so many packets that no protocol claims. */
export function plain(packets: number): Buffer {
  const said = Array.from({ length: packets - HANDSHAKE.length }, (_, n) => ({
    ms: 30 + n,
    by: "server" as const,
    at: n * 500,
    bytes: new Uint8Array(500).fill(65 + (n % 26)),
  }));
  return conversation([...HANDSHAKE, ...said]);
}
