/** Ports at which servers are expected; they decide who is the originator when the start was missed. */
export interface ServerPortList {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

/** The ports of the protocols that Zeek's default scripts analyse. */
export const DEFAULT_SERVER_PORTS: ServerPortList = {
  tcp: [
    21, 2811, 22, 25, 587, 53, 79, 80, 81, 631, 1080, 3128, 8000, 8080, 8888, 88, 135, 139, 445,
    143, 443, 465, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223, 502, 514, 1434, 3306, 1883,
    3389, 5222, 5269, 5432, 6379, 6666, 6667, 6668, 6669, 20000, 389, 3268,
  ],
  udp: [
    53, 137, 5353, 5355, 67, 4011, 88, 123, 161, 162, 389, 443, 514, 1812, 2123, 2152, 3389, 3544,
    4754, 4789, 5060, 5072, 6081, 20000,
  ],
};

/** The list as two tables of a bit a port for the packet path. */
export class ServerPorts {
  readonly #tcp = new Int32Array(2048);
  readonly #udp = new Int32Array(2048);

  constructor(list: ServerPortList) {
    for (const port of list.tcp) this.#tcp[port >> 5]! |= 1 << (port & 31);
    for (const port of list.udp) this.#udp[port >> 5]! |= 1 << (port & 31);
  }

  isTcp(port: number): boolean {
    return (this.#tcp[port >> 5]! & (1 << (port & 31))) !== 0;
  }

  isUdp(port: number): boolean {
    return (this.#udp[port >> 5]! & (1 << (port & 31))) !== 0;
  }
}
