/** One host of the invented network. */
export interface Host {
  /** Four numbers of its IPv4 address. */
  readonly address: readonly [number, number, number, number];
  readonly mac: readonly number[];
}

/** A host whose MAC follows from its address (locally administered). */
export function host(address: string): Host {
  const [a, b, c, d] = address.split(".").map(Number) as [number, number, number, number];
  return { address: [a, b, c, d], mac: [0x02, 0x42, a, b, c, d] };
}

export interface TcpFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  readonly options?: Uint8Array;
}

export const TCP = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;

/** An Ethernet frame with IPv4 and TCP, checksums right (RFC 791, RFC 9293). */
export function tcpFrame(
  between: { from: Host; to: Host; identification: number },
  tcp: TcpFields,
  payload: Uint8Array,
): Uint8Array {
  const headerBytes = 20 + (tcp.options?.length ?? 0);
  const { frame, view, at } = ipFrame(between, 6, headerBytes + payload.length);
  view.setUint16(at, tcp.sourcePort);
  view.setUint16(at + 2, tcp.destinationPort);
  view.setUint32(at + 4, tcp.sequence);
  view.setUint32(at + 8, tcp.acknowledgment);
  view.setUint16(at + 12, ((headerBytes / 4) << 12) | tcp.flags);
  view.setUint16(at + 14, tcp.window);
  if (tcp.options) frame.set(tcp.options, at + 20);
  frame.set(payload, at + headerBytes);
  view.setUint16(at + 16, transportChecksum(view, at, 6, headerBytes + payload.length));
  return frame;
}

/** An Ethernet frame with IPv4 and UDP (RFC 768). */
export function udpFrame(
  between: { from: Host; to: Host; identification: number },
  ports: { source: number; destination: number },
  payload: Uint8Array,
): Uint8Array {
  const { frame, view, at } = ipFrame(between, 17, 8 + payload.length);
  view.setUint16(at, ports.source);
  view.setUint16(at + 2, ports.destination);
  view.setUint16(at + 4, 8 + payload.length);
  frame.set(payload, at + 8);
  view.setUint16(at + 6, transportChecksum(view, at, 17, 8 + payload.length) || 0xffff);
  return frame;
}

function ipFrame(
  { from, to, identification }: { from: Host; to: Host; identification: number },
  protocol: number,
  upperBytes: number,
): { frame: Uint8Array; view: DataView; at: number } {
  const frame = new Uint8Array(ETHERNET_BYTES + IPV4_BYTES + upperBytes);
  const view = new DataView(frame.buffer);
  frame.set(to.mac, 0);
  frame.set(from.mac, 6);
  view.setUint16(12, 0x0800);
  const ip = ETHERNET_BYTES;
  frame[ip] = 0x45;
  view.setUint16(ip + 2, IPV4_BYTES + upperBytes);
  view.setUint16(ip + 4, identification);
  view.setUint16(ip + 6, 0x4000); // do not fragment
  frame[ip + 8] = 64;
  frame[ip + 9] = protocol;
  frame.set(from.address, ip + 12);
  frame.set(to.address, ip + 16);
  view.setUint16(ip + 10, fold(sum(view, ip, IPV4_BYTES)));
  return { frame, view, at: ip + IPV4_BYTES };
}

function transportChecksum(view: DataView, at: number, protocol: number, length: number): number {
  return fold(sum(view, at - 8, 8) + protocol + length + sum(view, at, length));
}

function sum(view: DataView, at: number, length: number): number {
  let total = 0;
  for (let n = 0; n + 1 < length; n += 2) total += view.getUint16(at + n);
  if (length % 2 === 1) total += view.getUint8(at + length - 1) << 8;
  return total;
}

function fold(total: number): number {
  let rest = total;
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 65536);
  return ~rest & 0xffff;
}
