import type { Ciphers } from "../../base/index.ts";
import { expandLabel, INITIAL_SUITE, PacketKeys } from "./packet-keys.ts";
import { type LongPacket, QUIC_V2 } from "./quic-parser.ts";

const SALTS = {
  v1: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a",
  v2: "0dede3def700a6db819381be6e269dcbf9bd2ed9",
  draft22: "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a",
  draft23: "c3eef712c72ebb5a11a7d2432bb46365bef9f502",
  draft29: "afbfec289993d24c9e9786f19c6111e04390a899",
} as const;

/** Opens Initial packets: their keys follow from the client's first connection id (RFC 9001 5.2). */
export class InitialKeys {
  readonly #sides: readonly [PacketKeys, PacketKeys];
  readonly #highest: [number, number] = [-1, -1];

  constructor(ciphers: Ciphers, version: number, clientId: Uint8Array) {
    const initial = ciphers.hmac("sha256", fromHex(saltOf(version)), clientId);
    const keysOf = (label: string) => {
      const secret = expandLabel(ciphers, initial, { label, length: 32, hash: "sha256" });
      return new PacketKeys(ciphers, INITIAL_SUITE, { secret, isV2: version === QUIC_V2 });
    };
    this.#sides = [keysOf("client in"), keysOf("server in")];
  }

  /** What the packet at `at` protects; undefined when it does not open. */
  open(side: 0 | 1, bytes: Uint8Array, at: number, packet: LongPacket): Uint8Array | undefined {
    const keys = this.#sides[side];
    const place = {
      at,
      numberAt: packet.protectedAt,
      end: packet.protectedAt + packet.protectedBytes,
    };
    const header = keys.header(bytes, { ...place, highest: this.#highest[side] });
    const opened = header && keys.open(header);
    if (opened !== undefined) {
      this.#highest[side] = Math.max(this.#highest[side], header!.number);
    }
    return opened;
  }
}

function saltOf(version: number): string {
  if (version === QUIC_V2) return SALTS.v2;
  if (version === 0xff000016 || version === 0xfaceb001) return SALTS.draft22;
  if (version >= 0xff000017 && version <= 0xff00001c) return SALTS.draft23;
  if (version >= 0xff00001d && version <= 0xff000020) return SALTS.draft29;
  return version >= 0xfaceb002 && version <= 0xfaceb013 ? SALTS.draft23 : SALTS.v1;
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let n = 0; n < bytes.length; n++) {
    bytes[n] = Number.parseInt(text.slice(n * 2, n * 2 + 2), 16);
  }
  return bytes;
}
