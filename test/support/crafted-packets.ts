/** Two hosts, by their IPv4 addresses. */
export type Hosts = readonly [from: number, to: number];

export const A = 0x0a000001;
export const B = 0x0a000002;
export const OUTER: Hosts = [0xc0a80001, 0xc0a80002];
export const SYN = 2;
export const ACK = 16;
export const FIN = 1;

interface Ipv4Fields {
  readonly offset?: number;
  readonly moreFragments?: boolean;
  readonly id?: number;
  readonly hopLimit?: number;
}

export function ipv4(
  [from, to]: Hosts,
  protocol: number,
  payload: Uint8Array,
  fields: Ipv4Fields = {},
): Uint8Array {
  const out = new Uint8Array(20 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, out.length);
  view.setUint16(4, fields.id ?? 7);
  view.setUint16(6, (fields.moreFragments ? 0x2000 : 0) | ((fields.offset ?? 0) >> 3));
  view.setUint8(8, fields.hopLimit ?? 64);
  view.setUint8(9, protocol);
  view.setUint32(12, from);
  view.setUint32(16, to);
  view.setUint16(10, ~sum(out.subarray(0, 20)));
  out.set(payload, 20);
  return out;
}

/** A UDP header and its payload, without a checksum. */
export function udp(from: number, to: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, from);
  view.setUint16(2, to);
  view.setUint16(4, out.length);
  out.set(payload, 8);
  return out;
}

interface SegmentFields {
  readonly sequence: number;
  readonly flags: number;
  readonly acknowledgment?: number;
  readonly text?: string;
  readonly payload?: Uint8Array;
  readonly ports?: readonly [from: number, to: number];
  readonly hopLimit?: number;
}

/** An IPv4 packet with a TCP segment; port 40,000 is A's and 80 everyone else's unless given. */
export function tcp(hosts: Hosts, fields: SegmentFields): Uint8Array {
  const payload = fields.payload ?? new TextEncoder().encode(fields.text ?? "");
  const out = new Uint8Array(20 + payload.length);
  const view = new DataView(out.buffer);
  const [from, to] = fields.ports ?? (hosts[0] === A ? [40_000, 80] : [80, 40_000]);
  view.setUint16(0, from);
  view.setUint16(2, to);
  view.setUint32(4, fields.sequence);
  view.setUint32(8, fields.acknowledgment ?? 0);
  view.setUint8(12, 0x50);
  view.setUint8(13, fields.flags);
  view.setUint16(14, 65_535);
  out.set(payload, 20);
  const pseudo = new Uint8Array(12);
  const pseudoView = new DataView(pseudo.buffer);
  pseudoView.setUint32(0, hosts[0]);
  pseudoView.setUint32(4, hosts[1]);
  pseudoView.setUint16(8, 6);
  pseudoView.setUint16(10, out.length);
  view.setUint16(16, ~sum(out, sum(pseudo)));
  return ipv4(hosts, 6, out, fields.hopLimit === undefined ? {} : { hopLimit: fields.hopLimit });
}

export function letters(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => 65 + (n % 26));
}

/** A datagram's payload in fragments of so many bytes, a multiple of eight. */
export function fragmentsOf(
  hosts: Hosts,
  protocol: number,
  payload: Uint8Array,
  { size, id = 7 }: { size: number; id?: number },
): Uint8Array[] {
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, n) => {
    const offset = n * size;
    const moreFragments = offset + size < payload.length;
    const part = payload.subarray(offset, offset + size);
    return ipv4(hosts, protocol, part, { offset, moreFragments, id });
  });
}

/** An IP packet in so many tunnels of IP over IP. */
export function nested(innermost: Uint8Array, depth: number): Uint8Array {
  if (depth === 0) return innermost;
  return ipv4([OUTER[0] + depth, OUTER[1] + depth], 4, nested(innermost, depth - 1));
}

/** The ones' complement sum (RFC 1071). */
export function sum(bytes: Uint8Array, seed = 0): number {
  let total = seed;
  for (let n = 0; n < bytes.length; n += 2) total += (bytes[n]! << 8) | (bytes[n + 1] ?? 0);
  while (total > 0xffff) total = (total >>> 16) + (total & 0xffff);
  return total;
}
