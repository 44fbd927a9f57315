import { type Ciphers, type CreateDigest, joinBytes } from "../../base/index.ts";
import { hexText, type KeyLog } from "../shared/index.ts";
import { type CipherSuite, cipherSuite } from "./cipher-suite.ts";
import { expandLabel, type KeyMaterial, keyBlock } from "./key-derivation.ts";

import { type OpenedRecord, RecordCipher } from "./record-cipher.ts";
import { CONTENT } from "./record-state.ts";
import type { TlsHandshake } from "./tls-handshake.ts";
import { VERSION } from "./tls-names.ts";

/** What decryption needs besides the handshake. */
export interface DecryptionSources {
  readonly keyLog: KeyLog;
  readonly ciphers: Ciphers;
  readonly createDigest: CreateDigest;
}

const ENCRYPT_THEN_MAC = 22;
const FINISHED = 20;
const KEY_UPDATE = 24;
/** Labels of TLS 1.3's secrets, for the client and for the server. */
const HANDSHAKE_LABELS = ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"];
const DATA_LABELS = ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"];

/** Opens the records of one connection with secrets of a key log. */
export class TlsDecryption {
  readonly #sources: DecryptionSources;
  readonly #handshake: TlsHandshake;
  #suite: CipherSuite | undefined;
  #material: KeyMaterial | undefined;
  #random = "";
  #isReady = false;
  /** For the client's records and the server's. */
  readonly #ciphers: [RecordCipher | undefined, RecordCipher | undefined] = [undefined, undefined];
  /** Bytes of a message that are still to come, and of a header that is not whole. */
  readonly #toSkip: [number, number] = [0, 0];
  readonly #headers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  readonly #secrets: [Uint8Array | undefined, Uint8Array | undefined] = [undefined, undefined];

  constructor(sources: DecryptionSources, handshake: TlsHandshake) {
    this.#sources = sources;
    this.#handshake = handshake;
  }

  /** True while it may still open something: before the hellos are seen, or with secrets. */
  get isHopeful(): boolean {
    return !this.#isReady || this.#isOpening;
  }

  /** What key logs call the connection by, in hexadecimal; empty before the hellos are seen. */
  get clientRandom(): string {
    return this.#random;
  }

  /** Whether there are secrets for it, in the words of the log's column. */
  get state(): "found" | "partial" | "none" | "cipher not read" {
    if (!this.#isReady) this.#prepare();
    if (this.#isReady && this.#suite === undefined) return "cipher not read";
    if (!this.#handshake.isTls13) return this.#isOpening ? "found" : "none";
    const labels = [...HANDSHAKE_LABELS, ...DATA_LABELS];
    const found = labels.filter((label) => this.#sources.keyLog.secret(label, this.#random));
    if (found.length === labels.length) return "found";
    return found.length === 0 ? "none" : "partial";
  }

  get #isOpening(): boolean {
    return this.#ciphers.some((cipher) => cipher !== undefined);
  }

  /** Undefined when there is no secret or the record does not open with it. */
  open(
    isClient: boolean,
    { content, version }: { readonly content: number; readonly version: number },
    body: Uint8Array,
  ): OpenedRecord | undefined {
    if (!this.#isReady) this.#prepare();
    const index = isClient ? 0 : 1;
    // What looks like a change of ciphers stands for nothing in TLS 1.3.
    if (this.#handshake.isTls13 && content !== CONTENT.applicationData) return undefined;
    const opened = this.#ciphers[index]?.open(content, version, body);
    if (opened?.content === CONTENT.handshake && this.#handshake.isTls13) {
      this.#followMessages(index, opened.bytes);
    }
    return opened;
  }

  #prepare(): void {
    const { facts } = this.#handshake;
    if (facts?.clientHello === undefined || facts.serverHello === undefined) return;
    this.#isReady = true;
    const suite = cipherSuite(facts.serverHello.cipher);
    if (suite === undefined) return;
    this.#suite = suite;
    this.#random = hexText(facts.clientHello.random);
    const version = this.#handshake.isTls13 ? VERSION.tls13 : facts.serverHello.version;
    this.#material = { ...this.#sources, version, prf: suite.prf };
    if (this.#handshake.isTls13) {
      for (const index of [0, 1] as const) this.#setLabel(index, HANDSHAKE_LABELS);
      return;
    }
    const master = this.#sources.keyLog.secret("CLIENT_RANDOM", this.#random);
    if (master !== undefined) this.#setMaster(suite, this.#material, master);
  }

  /** RFC 5246 6.3: codes' keys, ciphers' keys and fixed parts of nonces, each the client's first. */
  #setMaster(suite: CipherSuite, material: KeyMaterial, master: Uint8Array): void {
    const { clientHello, serverHello } = this.#handshake.facts!;
    const randoms = joinBytes([serverHello!.random, clientHello!.random]);
    const { macBytes, keyBytes, ivBytes } = suite;
    const length = 2 * (macBytes + keyBytes + ivBytes);
    const block = keyBlock(material, master, { randoms, length });
    const isEncryptThenMac =
      suite.mode === "cbc" && serverHello!.extensions.some(({ type }) => type === ENCRYPT_THEN_MAC);
    for (const index of [0, 1] as const) {
      const at = (offset: number, size: number) =>
        block.subarray(offset + index * size, offset + (index + 1) * size);
      const keys = {
        suite,
        version: material.version,
        macKey: at(0, macBytes),
        key: at(2 * macBytes, keyBytes),
        iv: at(2 * (macBytes + keyBytes), ivBytes),
        isEncryptThenMac,
      };
      this.#ciphers[index] = new RecordCipher(this.#sources.ciphers, keys, { isTls13: false });
    }
  }

  #setLabel(index: 0 | 1, labels: readonly string[]): void {
    const secret = this.#sources.keyLog.secret(labels[index]!, this.#random);
    this.#secrets[index] = secret;
    this.#setSecret(index);
  }

  /** RFC 8446 7.3. */
  #setSecret(index: 0 | 1): void {
    const [suite, material, secret] = [this.#suite, this.#material, this.#secrets[index]];
    if (suite === undefined || material === undefined || secret === undefined) {
      this.#ciphers[index] = undefined;
      return;
    }
    const keys = {
      suite,
      version: VERSION.tls13,
      macKey: new Uint8Array(0),
      key: expandLabel(material, secret, { label: "key", length: suite.keyBytes }),
      iv: expandLabel(material, secret, { label: "iv", length: 12 }),
      isEncryptThenMac: false,
    };
    this.#ciphers[index] = new RecordCipher(this.#sources.ciphers, keys, { isTls13: true });
  }

  /** The keys change behind Finished and behind every update (RFC 8446 4.6.3, 7.2). */
  #followMessages(index: 0 | 1, bytes: Uint8Array): void {
    const before = this.#headers[index];
    let [at, rest] = [Math.min(this.#toSkip[index], bytes.length), before];
    this.#toSkip[index] -= at;
    while (at < bytes.length) {
      // A message's header may be cut by the end of a record.
      const taken = bytes.subarray(at, at + 4 - rest.length);
      rest = joinBytes([rest, taken]);
      at += taken.length;
      if (rest.length < 4) break;
      this.#message(index, rest[0]!);
      const length = (rest[1]! << 16) | (rest[2]! << 8) | rest[3]!;
      rest = new Uint8Array(0);
      const skipped = Math.min(length, bytes.length - at);
      at += skipped;
      this.#toSkip[index] = length - skipped;
    }
    this.#headers[index] = rest;
  }

  #message(index: 0 | 1, type: number): void {
    const [secret, material] = [this.#secrets[index], this.#material];
    if (type === FINISHED) this.#setLabel(index, DATA_LABELS);
    if (type !== KEY_UPDATE || secret === undefined || material === undefined) return;
    this.#secrets[index] = expandLabel(material, secret, {
      label: "traffic upd",
      length: secret.length,
    });
    this.#setSecret(index);
  }
}
