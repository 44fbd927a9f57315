import { isInNetwork, type Network, parseNetwork } from "../../packet/index.ts";

/** Address ranges that are never another organisation's (IANA special-purpose registries, RFC 6890). */
export const PRIVATE_NETWORKS: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/24",
  "239.0.0.0/8",
  "240.0.0.0/4",
  "::/128",
  "::1/128",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  // The IPv4 ranges above as 6to4 addresses (RFC 3056).
  "2002::/24",
  "2002:a00::/24",
  "2002:6440::/26",
  "2002:7f00::/24",
  "2002:a9fe::/32",
  "2002:ac10::/28",
  "2002:c000::/40",
  "2002:c000:200::/40",
  "2002:c0a8::/32",
  "2002:c612::/31",
  "2002:c633:6400::/40",
  "2002:cb00:7100::/40",
  "2002:e000::/40",
  "2002:ef00::/24",
  "2002:f000::/20",
  "2002:ffff:ffff::/48",
];

const NONE = 0;
const ALL = 1;
const PARTLY = 2;

/** Tells local addresses from remote ones, quickly for IPv4. */
export class LocalNetworks {
  readonly #v4: Int32Array;
  readonly #v6: readonly Network[];
  /** Per upper 16 bits of an IPv4 address. */
  readonly #blocks = new Uint8Array(65_536);

  /** Networks as `address/prefix`; a text that is no network is passed over. */
  constructor(networks: readonly string[]) {
    const parsed = networks.map(parseNetwork).filter((network) => network !== undefined);
    const v4: number[] = [];
    const v6: Network[] = [];
    for (const network of parsed) {
      if (network.prefixBits >= 96 && network.words[2] === 0xffff) {
        const bits = network.prefixBits - 96;
        const mask = bits === 0 ? 0 : -1 << (32 - bits);
        v4.push(mask, network.words[3] & mask);
      } else v6.push(network);
    }
    this.#v4 = Int32Array.from(v4);
    this.#v6 = v6;
    this.#fillBlocks();
  }

  has(words: Int32Array): boolean {
    const [a, b, c, d] = [words[0]!, words[1]!, words[2]!, words[3]!];
    return a === 0 && b === 0 && c === 0xffff ? this.hasIpv4(d) : this.hasIpv6(a, b, c, d);
  }

  /** One look for nearly every address: few blocks of 65,536 are local in part. */
  hasIpv4(address: number): boolean {
    const block = this.#blocks[address >>> 16]!;
    return block === PARTLY ? this.#walk(address) : block === ALL;
  }

  hasIpv6(a: number, b: number, c: number, d: number): boolean {
    const list = this.#v6;
    for (let n = 0; n < list.length; n++) {
      if (isInNetwork(list[n]!, a >>> 0, b >>> 0, c >>> 0, d >>> 0)) return true;
    }
    return false;
  }

  #walk(address: number): boolean {
    const list = this.#v4;
    for (let n = 0; n < list.length; n += 2) {
      if ((address & list[n]!) === list[n + 1]!) return true;
    }
    return false;
  }

  #fillBlocks(): void {
    const list = this.#v4;
    for (let n = 0; n < list.length; n += 2) {
      const first = list[n + 1]! >>> 16;
      // A mask of 16 bits or fewer covers whole blocks.
      const blocks = (~list[n]! >>> 16) + 1;
      const isWhole = (list[n]! & 0xffff) === 0;
      for (let block = first; block < first + blocks; block++) {
        if (isWhole) this.#blocks[block] = ALL;
        else if (this.#blocks[block] === NONE) this.#blocks[block] = PARTLY;
      }
    }
  }
}
