import type { DecodedPacket } from "../../packet/index.ts";

/** Whether an address is one of ours, by its words. */
export interface LocalTest {
  hasIpv4(address: number): boolean;
  hasIpv6(a: number, b: number, c: number, d: number): boolean;
}

/** Places in `BURST_DIRECTIONS`. */
const OUT = 0;
const IN = 1;
const INSIDE = 2;
const UNKNOWN = 3;

const PLACES = 1024;
const UNSET = 2;

/**
 * Tells a packet's direction by the local networks. IPv4 is one look into a table; asking for an IPv6
 * address costs 100 ns, which a small table that is overwritten freely saves most packets.
 */
export class PacketDirection {
  readonly #local: LocalTest;
  readonly #words = new Int32Array(PLACES * 4);
  readonly #answers = new Uint8Array(PLACES).fill(UNSET);

  constructor(local: LocalTest) {
    this.#local = local;
  }

  of(packet: DecodedPacket): number {
    if (packet.ipVersion === 0) return UNKNOWN;
    if (packet.ipVersion === 4) {
      const isOut = this.#local.hasIpv4(packet.src3);
      if (this.#local.hasIpv4(packet.dst3)) return isOut ? INSIDE : IN;
      return isOut ? OUT : UNKNOWN;
    }
    const fromUs = this.#isLocal(packet.src0, packet.src1, packet.src2, packet.src3);
    const toUs = this.#isLocal(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
    if (fromUs) return toUs ? INSIDE : OUT;
    return toUs ? IN : UNKNOWN;
  }

  #isLocal(a: number, b: number, c: number, d: number): boolean {
    const mixed = Math.imul(d ^ Math.imul(b, 31) ^ Math.imul(a, 17) ^ c, 0x9e3779b1);
    const place = mixed >>> 22;
    const at = place << 2;
    const words = this.#words;
    // The last word first: it tells nearly all apart.
    const isKnown =
      words[at] === d && words[at + 1] === c && words[at + 2] === b && words[at + 3] === a;
    const answer = this.#answers[place]!;
    if (isKnown && answer !== UNSET) return answer === 1;
    return this.#ask(place, a, b, c, d);
  }

  #ask(place: number, a: number, b: number, c: number, d: number): boolean {
    const isLocal = this.#local.hasIpv6(a, b, c, d);
    const at = place << 2;
    this.#words[at] = d;
    this.#words[at + 1] = c;
    this.#words[at + 2] = b;
    this.#words[at + 3] = a;
    this.#answers[place] = isLocal ? 1 : 0;
    return isLocal;
  }
}
