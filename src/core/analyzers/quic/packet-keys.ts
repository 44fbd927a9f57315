import type { AeadName, Ciphers, HmacName } from "../../base/index.ts";
import { latinBytes } from "../shared/index.ts";

/** How packets of one encryption level are protected (RFC 9001 5). */
export interface PacketSuite {
  readonly aead: AeadName;
  readonly keyBytes: 16 | 32;
  readonly hash: HmacName;
  /** What makes the mask of headers. */
  readonly mask: "aes" | "chacha20";
}

/** Initial packets: always this one (RFC 9001 5.2). */
export const INITIAL_SUITE: PacketSuite = {
  aead: "aes-128-gcm",
  keyBytes: 16,
  hash: "sha256",
  mask: "aes",
};

const SUITES: ReadonlyMap<number, PacketSuite> = new Map([
  [0x1301, INITIAL_SUITE],
  [0x1302, { aead: "aes-256-gcm", keyBytes: 32, hash: "sha384", mask: "aes" }],
  [0x1303, { aead: "chacha20-poly1305", keyBytes: 32, hash: "sha256", mask: "chacha20" }],
  [0x1304, { aead: "aes-128-ccm", keyBytes: 16, hash: "sha256", mask: "aes" }],
]);

/** The suite of TLS 1.3 with that number; undefined for those that QUIC does not use. */
export function packetSuite(cipher: number): PacketSuite | undefined {
  return SUITES.get(cipher);
}

/** Where a packet lies in its datagram. */
export interface PacketPlace {
  readonly at: number;
  /** Where its number begins. */
  readonly numberAt: number;
  readonly end: number;
  /** The highest number of its space so far, -1 before the first. */
  readonly highest: number;
}

export interface OpenedPacket {
  readonly number: number;
  /** Its frames. */
  readonly frames: Uint8Array;
}

/** A packet whose header is read: what is needed to open it. */
export interface ReadHeader {
  readonly number: number;
  readonly header: Uint8Array;
  readonly sealed: Uint8Array;
  /** Bit of a short header (RFC 9001 6). */
  readonly keyPhase: 0 | 1;
}

const TAG_BYTES = 16;
const SAMPLE_BYTES = 16;

/** Keys of one side and level, made of its secret. */
export class PacketKeys {
  readonly #ciphers: Ciphers;
  readonly #suite: PacketSuite;
  readonly #secret: Uint8Array;
  readonly #isV2: boolean;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  readonly #headerKey: Uint8Array;

  /** `headerKey` where it stays while the others are updated (RFC 9001 6.1). */
  constructor(
    ciphers: Ciphers,
    suite: PacketSuite,
    about: { secret: Uint8Array; isV2: boolean; headerKey?: Uint8Array },
  ) {
    this.#ciphers = ciphers;
    this.#suite = suite;
    this.#secret = about.secret;
    this.#isV2 = about.isV2;
    this.#key = this.#expand("key", suite.keyBytes);
    this.#iv = this.#expand("iv", 12);
    this.#headerKey = about.headerKey ?? this.#expand("hp", suite.keyBytes);
  }

  /** Takes the protection off a header; undefined where the packet is too short for a sample. */
  header(bytes: Uint8Array, { at, numberAt, end, highest }: PacketPlace): ReadHeader | undefined {
    const sample = bytes.subarray(numberAt + 4, numberAt + 4 + SAMPLE_BYTES);
    if (sample.length < SAMPLE_BYTES || numberAt + 4 + SAMPLE_BYTES > end) return undefined;
    const mask = this.#mask(sample);
    if (mask === undefined) return undefined;
    const isLong = (bytes[at]! & 0x80) !== 0;
    const first = bytes[at]! ^ (mask[0]! & (isLong ? 0x0f : 0x1f));
    const numberBytes = (first & 3) + 1;
    const header = bytes.slice(at, numberAt + numberBytes);
    header[0] = first;
    let cut = 0;
    for (let n = 0; n < numberBytes; n++) {
      const place = header.length - numberBytes + n;
      header[place]! ^= mask[1 + n]!;
      cut = cut * 256 + header[place]!;
    }
    return {
      number: wholeNumber(cut, numberBytes, highest),
      header,
      sealed: bytes.subarray(numberAt + numberBytes, end),
      keyPhase: (first & 4) === 0 ? 0 : 1,
    };
  }

  /** What a packet protects; undefined when it does not open. */
  open({ number, header, sealed }: ReadHeader): Uint8Array | undefined {
    const nonce = this.#iv.slice();
    let rest = number;
    for (let n = nonce.length - 1; rest > 0; n--) {
      nonce[n]! ^= rest % 256;
      rest = Math.floor(rest / 256);
    }
    return this.#ciphers.openAead(this.#suite.aead, {
      key: this.#key,
      nonce,
      additional: header,
      sealed,
      tagBytes: TAG_BYTES,
    });
  }

  /** Keys behind an update (RFC 9001 6.1). */
  next(): PacketKeys {
    const secret = this.#expand("ku", this.#secret.length);
    const about = { secret, isV2: this.#isV2, headerKey: this.#headerKey };
    return new PacketKeys(this.#ciphers, this.#suite, about);
  }

  #mask(sample: Uint8Array): Uint8Array | undefined {
    return this.#suite.mask === "aes"
      ? this.#ciphers.aesBlock(this.#headerKey, sample)
      : this.#ciphers.chacha20(this.#headerKey, sample, new Uint8Array(5));
  }

  #expand(label: string, length: number): Uint8Array {
    const text = `${this.#isV2 ? "quicv2" : "quic"} ${label}`;
    return expandLabel(this.#ciphers, this.#secret, {
      label: text,
      length,
      hash: this.#suite.hash,
    });
  }
}

/** HKDF-Expand-Label without a context (RFC 8446 7.1), for results no longer than the hash. */
export function expandLabel(
  ciphers: Ciphers,
  secret: Uint8Array,
  { label, length, hash }: { label: string; length: number; hash: HmacName },
): Uint8Array {
  const text = latinBytes(`tls13 ${label}`);
  const bytes = new Uint8Array(text.length + 5);
  bytes[1] = length;
  bytes[2] = text.length;
  bytes.set(text, 3);
  // Behind the label an empty context, then the number of the block.
  bytes[bytes.length - 1] = 1;
  return ciphers.hmac(hash, secret, bytes).slice(0, length);
}

/** The number whose last bytes are these, next to the one expected (RFC 9000 A.3). */
function wholeNumber(cut: number, bytes: number, highest: number): number {
  const window = 256 ** bytes;
  const expected = highest + 1;
  const candidate = expected - (expected % window) + cut;
  if (candidate <= expected - window / 2) return candidate + window;
  return candidate > expected + window / 2 && candidate >= window ? candidate - window : candidate;
}
