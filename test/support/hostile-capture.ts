import { PcapngWriter } from "../../src/core/pcap/index.ts";
import type { Piece } from "./conversation.ts";
import { ACK, FIN, type Hosts, ipv4, SYN, tcp, udp } from "./crafted-packets.ts";
import type { HostileString } from "./hostile-strings.ts";
import type { HostileTalk, MakeTalk } from "./hostile-talks/hostile-talk.ts";
import { MAIL_TALKS } from "./hostile-talks/mail-talks.ts";
import { NAME_TALKS } from "./hostile-talks/name-talks.ts";
import { SERVICE_TALKS } from "./hostile-talks/service-talks.ts";
import { SESSION_TALKS } from "./hostile-talks/session-talks.ts";
import { WEB_TALKS } from "./hostile-talks/web-talks.ts";

const TALKS: readonly MakeTalk[] = [
  ...NAME_TALKS,
  ...WEB_TALKS,
  ...MAIL_TALKS,
  ...SERVICE_TALKS,
  ...SESSION_TALKS,
];
const SECOND = 1_700_000_000;
const LINK_RAW_IP = 101;
const SNAP_LENGTH = 262_144;
const SEGMENT_BYTES_MAX = 1460;
const SERVER = 0x0a00_0002;
/** 10.1.0.1 and on: a client of its own for each conversation. */
const FIRST_CLIENT = 0x0a01_0001;
const UDP = 17;

/** A capture in which every string stands in a field that is read, in a packet's, section's or interface's text. */
export function hostileCapture(strings: readonly HostileString[]): Buffer {
  const left = [...strings].reverse();
  const draw = (bytesMax?: number): string => (left.pop()?.wire ?? "").slice(0, bytesMax);
  const text = (): string => Buffer.from(draw(), "latin1").toString();
  const writer = new PcapngWriter({ interfaceName: text(), interfaceComment: text() });
  const pieces = [
    writer.start({
      comments: [text(), text()],
      hardware: text(),
      operatingSystem: text(),
      application: text(),
    }),
  ];
  let packets = 0;
  for (let n = 0; left.length > 0; n++) {
    const talk = TALKS[n % TALKS.length]!(draw);
    for (const bytes of packetsOf(talk, n)) {
      const at = packets++ * 500;
      pieces.push(
        writer.packet({
          bytes,
          originalBytes: bytes.length,
          seconds: SECOND + Math.floor(at / 1e6),
          nanoseconds: (at % 1e6) * 1000,
          linkType: LINK_RAW_IP,
          snapLength: SNAP_LENGTH,
          ...(packets % 50 === 0 && { comments: [text()] }),
        }),
      );
    }
  }
  return Buffer.concat(pieces);
}

function packetsOf({ transport, port, pieces }: HostileTalk, n: number): Uint8Array[] {
  const hosts: readonly [Hosts, Hosts] = [
    [FIRST_CLIENT + n, SERVER],
    [SERVER, FIRST_CLIENT + n],
  ];
  const ports = [[40_000, port] as const, [port, 40_000] as const] as const;
  if (transport === "udp") {
    return pieces.map(([side, what], id) => {
      const [from, to] = ports[side];
      return ipv4(hosts[side], UDP, udp(from, to, what as Uint8Array), { id });
    });
  }
  const next = [1000, 5000];
  const packets: Uint8Array[] = [];
  const send = (side: 0 | 1, flags: number, payload = new Uint8Array()): void => {
    const [sequence, acknowledgment] = [next[side]!, flags === SYN ? 0 : next[1 - side]!];
    packets.push(
      tcp(hosts[side], { ports: ports[side], flags, sequence, acknowledgment, payload }),
    );
    next[side]! += payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  };
  send(0, SYN);
  send(1, SYN | ACK);
  for (const [side, what] of pieces as readonly Extract<Piece, readonly [0 | 1, Uint8Array]>[]) {
    for (let at = 0; at < what.length; at += SEGMENT_BYTES_MAX) {
      send(side, ACK, new Uint8Array(what.subarray(at, at + SEGMENT_BYTES_MAX)));
    }
  }
  send(0, FIN | ACK);
  send(1, FIN | ACK);
  return packets;
}
