import type { Ciphers } from "../../base/index.ts";
import { type LongPacket, QUIC_V2 } from "./quic-parser.ts";

/** Keys of one side's Initial packets (RFC 9001 5.2). */
interface PacketKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerKey: Uint8Array;
}

const SALTS = {
  v1: "38762cf7f55934b34d179ae6a4c80cadccbb7f0a",
  v2: "0dede3def700a6db819381be6e269dcbf9bd2ed9",
  draft22: "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a",
  draft23: "c3eef712c72ebb5a11a7d2432bb46365bef9f502",
  draft29: "afbfec289993d24c9e9786f19c6111e04390a899",
} as const;

/** Opens Initial packets: their keys follow from the client's first connection id. */
export class InitialKeys {
  readonly #ciphers: Ciphers;
  readonly #sides: readonly [PacketKeys, PacketKeys];

  constructor(ciphers: Ciphers, version: number, clientId: Uint8Array) {
    this.#ciphers = ciphers;
    const secret = ciphers.hmac("sha256", fromHex(saltOf(version)), clientId);
    const isV2 = version === QUIC_V2;
    this.#sides = [
      packetKeys(ciphers, expand(ciphers, secret, { label: "client in", length: 32 }), isV2),
      packetKeys(ciphers, expand(ciphers, secret, { label: "server in", length: 32 }), isV2),
    ];
  }

  /** What the packet at `at` protects; undefined when it does not open. */
  open(side: 0 | 1, bytes: Uint8Array, at: number, packet: LongPacket): Uint8Array | undefined {
    const { key, iv, headerKey } = this.#sides[side];
    const { protectedAt, protectedBytes } = packet;
    const sample = bytes.subarray(protectedAt + 4, protectedAt + 20);
    const mask = this.#ciphers.aesBlock(headerKey, sample);
    if (mask === undefined) return undefined;
    const first = bytes[at]! ^ (mask[0]! & 0x0f);
    const numberBytes = (first & 3) + 1;
    const header = bytes.slice(at, protectedAt + numberBytes);
    header[0] = first;
    const nonce = iv.slice();
    for (let n = 0; n < numberBytes; n++) {
      const place = header.length - numberBytes + n;
      header[place]! ^= mask[1 + n]!;
      nonce[nonce.length - numberBytes + n]! ^= header[place]!;
    }
    const sealed = bytes.subarray(protectedAt + numberBytes, protectedAt + protectedBytes);
    return this.#ciphers.openAead("aes-128-gcm", {
      key,
      nonce,
      additional: header,
      sealed,
      tagBytes: 16,
    });
  }
}

function saltOf(version: number): string {
  if (version === QUIC_V2) return SALTS.v2;
  if (version === 0xff000016 || version === 0xfaceb001) return SALTS.draft22;
  if (version >= 0xff000017 && version <= 0xff00001c) return SALTS.draft23;
  if (version >= 0xff00001d && version <= 0xff000020) return SALTS.draft29;
  return version >= 0xfaceb002 && version <= 0xfaceb013 ? SALTS.draft23 : SALTS.v1;
}

function packetKeys(ciphers: Ciphers, secret: Uint8Array, isV2: boolean): PacketKeys {
  const prefix = isV2 ? "quicv2" : "quic";
  return {
    key: expand(ciphers, secret, { label: `${prefix} key`, length: 16 }),
    iv: expand(ciphers, secret, { label: `${prefix} iv`, length: 12 }),
    headerKey: expand(ciphers, secret, { label: `${prefix} hp`, length: 16 }),
  };
}

/** HKDF-Expand-Label without a context (RFC 8446 7.1), for results of up to 32 bytes. */
function expand(
  ciphers: Ciphers,
  secret: Uint8Array,
  { label, length }: { label: string; length: number },
): Uint8Array {
  const text = `tls13 ${label}`;
  const bytes = new Uint8Array(text.length + 5);
  bytes[1] = length;
  bytes[2] = text.length;
  for (let n = 0; n < text.length; n++) bytes[3 + n] = text.charCodeAt(n);
  // Behind the label an empty context, then the number of the block.
  bytes[bytes.length - 1] = 1;
  return ciphers.hmac("sha256", secret, bytes).slice(0, length);
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let n = 0; n < bytes.length; n++) {
    bytes[n] = Number.parseInt(text.slice(n * 2, n * 2 + 2), 16);
  }
  return bytes;
}
