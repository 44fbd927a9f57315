import { decodePacket } from "./decode-packet.ts";
import { createDecodedPacket, type DecodedPacket, type PacketBytes } from "./decoded-packet.ts";
import { createInnerPacket, findInner, type InnerPacket, mayTunnel } from "./tunnel.ts";

/** Tunnels inside tunnels that are looked into; flows go less deep. */
const DEPTH_MAX = 8;

/** All packets inside one frame, the outermost first: `at(0)` is there even when it is not IP. */
export class DecodedLayers {
  count = 1;
  readonly #layers: DecodedPacket[] = [createDecodedPacket()];
  readonly #inners: InnerPacket[] = [];

  at(layer: number): DecodedPacket {
    return this.#layers[layer]!;
  }

  /** Decodes a packet and, through tunnels, all packets in it. Never throws. */
  decode(packet: PacketBytes): void {
    this.count = 1;
    let source = packet;
    let decoded = this.#layers[0]!;
    decodePacket(source, decoded);
    for (let depth = 0; depth < DEPTH_MAX && mayTunnel(source, decoded); depth++) {
      this.#inners[depth] ??= createInnerPacket();
      this.#layers[depth + 1] ??= createDecodedPacket();
      const inner = this.#inners[depth]!;
      if (!findInner(source, decoded, inner)) return;
      source = inner;
      decoded = this.#layers[depth + 1]!;
      decodePacket(inner, decoded);
      this.count++;
    }
  }

  /** True when a test holds for one of the packets at least. */
  some(test: (packet: DecodedPacket) => boolean): boolean {
    for (let layer = 0; layer < this.count; layer++) if (test(this.#layers[layer]!)) return true;
    return false;
  }
}
