import { IP_PROTOCOL } from "../packet/index.ts";
import { icmpCounterpart } from "./icmp-pairs.ts";
import type { SmallDigests } from "./small-digests.ts";

/** Addresses as four words each; `sourcePort` and `destinationPort` are type and code for ICMP. */
export interface CommunityIdTuple {
  src: readonly [number, number, number, number];
  dst: readonly [number, number, number, number];
  protocol: number;
  hasPorts: boolean;
  sourcePort: number;
  destinationPort: number;
}

/** The ports that Community ID v1 hashes for an ICMP type and code, and whether they are one-way. */
export function icmpPorts(
  type: number,
  code: number,
  version: 4 | 6,
): { source: number; destination: number; isOneWay: boolean } {
  const counterpart = icmpCounterpart(type, { version });
  return {
    source: type,
    destination: counterpart < 0 ? code : counterpart,
    isOneWay: counterpart < 0,
  };
}

/** Community ID v1, `1:` and base64 or hexadecimal SHA-1; protocols without ports hash none. */
export function communityId(
  digests: SmallDigests,
  tuple: CommunityIdTuple,
  options: { seed?: number; encoding?: "base64" | "hex" } = {},
): string {
  const [s0, s1, s2, s3] = tuple.src;
  const [d0, d1, d2, d3] = tuple.dst;
  const version = isMapped(s0, s1, s2) && isMapped(d0, d1, d2) ? 4 : 6;
  let { sourcePort, destinationPort, hasPorts } = tuple;
  let isOneWay = false;
  if (tuple.protocol === IP_PROTOCOL.icmp || tuple.protocol === IP_PROTOCOL.icmp6) {
    const ports = icmpPorts(
      sourcePort,
      destinationPort,
      tuple.protocol === IP_PROTOCOL.icmp ? 4 : 6,
    );
    sourcePort = ports.source;
    destinationPort = ports.destination;
    isOneWay = ports.isOneWay;
    hasPorts = true;
  }
  const order = isOneWay
    ? -1
    : compare(s0, d0) ||
      compare(s1, d1) ||
      compare(s2, d2) ||
      compare(s3, d3) ||
      (hasPorts ? sourcePort - destinationPort : 0);
  const ports = (sourcePort << 16) | destinationPort;
  const swapped = (destinationPort << 16) | sourcePort;
  const writer = new TupleWriter(digests.message, options.seed ?? 0);
  const [first, second] = order <= 0 ? [tuple.src, tuple.dst] : [tuple.dst, tuple.src];
  writer.address(first, version);
  writer.address(second, version);
  writer.end(tuple.protocol, hasPorts, order <= 0 ? ports : swapped);
  digests.sha1(writer.length);
  const bytes = new Uint8Array(20);
  for (let n = 0; n < 20; n++) bytes[n] = digests.state[n >> 2]! >>> (24 - 8 * (n & 3));
  return `1:${options.encoding === "hex" ? hex(bytes) : base64(bytes)}`;
}

/**
 * Puts the first 64 bits of a flow's Community ID (seed 0) into `digests.high` and `low`: what the
 * index keeps; the text is computed again on the way out. `at` is the record's key: two addresses,
 * ports, in the direction of the first packet.
 */
export function hashFlow(
  digests: SmallDigests,
  words: Int32Array,
  at: number,
  flow: { protocol: number; hasPorts: boolean; isOneWay: boolean },
): void {
  const version =
    isMapped(words[at]!, words[at + 1]!, words[at + 2]!) &&
    isMapped(words[at + 4]!, words[at + 5]!, words[at + 6]!)
      ? 4
      : 6;
  const ports = words[at + 8]!;
  let order = -1;
  if (!flow.isOneWay) {
    order = 0;
    for (let n = 0; n < 4 && order === 0; n++) order = compare(words[at + n]!, words[at + 4 + n]!);
    if (order === 0 && flow.hasPorts) order = (ports >>> 16) - (ports & 0xffff);
  }
  const message = digests.message;
  message[0] = 0;
  message[1] = 0;
  let length = 2;
  const first = order <= 0 ? at : at + 4;
  const second = order <= 0 ? at + 4 : at;
  for (let n = version === 4 ? 3 : 0; n < 4; n++)
    length = put32(message, length, words[first + n]!);
  for (let n = version === 4 ? 3 : 0; n < 4; n++)
    length = put32(message, length, words[second + n]!);
  message[length] = flow.protocol;
  message[length + 1] = 0;
  length += 2;
  if (flow.hasPorts) {
    length = put32(message, length, order <= 0 ? ports : (ports >>> 16) | (ports << 16));
  }
  digests.sha1(length);
}

/** Lays out the bytes that are hashed: seed, addresses in order, protocol, a zero, ports. */
class TupleWriter {
  readonly #out: Uint8Array;
  length = 2;

  constructor(out: Uint8Array, seed: number) {
    this.#out = out;
    out[0] = seed >> 8;
    out[1] = seed & 255;
  }

  address(words: readonly number[], version: 4 | 6): void {
    for (let n = version === 4 ? 3 : 0; n < 4; n++) {
      this.length = put32(this.#out, this.length, words[n]!);
    }
  }

  end(protocol: number, hasPorts: boolean, ports: number): void {
    this.#out[this.length++] = protocol;
    this.#out[this.length++] = 0;
    if (hasPorts) this.length = put32(this.#out, this.length, ports);
  }
}

function put32(out: Uint8Array, at: number, value: number): number {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
  return at + 4;
}

function isMapped(a: number, b: number, c: number): boolean {
  return a === 0 && b === 0 && c === 0xffff;
}

function compare(left: number, right: number): number {
  const a = left >>> 0;
  const b = right >>> 0;
  return a < b ? -1 : a > b ? 1 : 0;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let n = 0; n < bytes.length; n += 3) {
    const group = (bytes[n]! << 16) | ((bytes[n + 1] ?? 0) << 8) | (bytes[n + 2] ?? 0);
    const left = bytes.length - n;
    text += BASE64.charAt(group >>> 18) + BASE64.charAt((group >>> 12) & 63);
    text += left > 1 ? BASE64.charAt((group >>> 6) & 63) : "=";
    text += left > 2 ? BASE64.charAt(group & 63) : "=";
  }
  return text;
}
