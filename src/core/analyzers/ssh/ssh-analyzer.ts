import { type CreateDigest, encodeBase64, type Limit } from "../../base/index.ts";
import {
  asciiText,
  bytesToText,
  type Conversation,
  hexText,
  type LogWriter,
  type Session,
  type Side,
  type SoftwareInventory,
  StreamBuffer,
} from "../shared/index.ts";
import type { GuessWatch } from "../shared/notice/index.ts";
import { LoginWatch } from "./login-watch.ts";
import {
  chooseAlgorithm,
  commonVersion,
  hostKeyOf,
  KEXINIT_LISTS,
  type Kexinit,
  type KexinitList,
  MSG_KEXINIT,
  MSG_NEWKEYS,
  namesOf,
  parseKexinit,
} from "./ssh-parser.ts";

/** What all flows of SSH share. */
export interface SshShared {
  readonly log: LogWriter;
  readonly createDigest: CreateDigest | undefined;
  readonly isLocal: (address: Int32Array) => boolean;
  readonly software: SoftwareInventory;
  readonly guesses: GuessWatch;
  /** Names in each list of a KEXINIT. */
  readonly names: Readonly<Record<KexinitList, Limit>>;
  /** Bytes of one message before encryption; RFC 4253 6.1 asks for 35,000. */
  readonly messageBytes: Limit;
}

/** Weirds of lists that are too long. */
const LIST_WEIRDS: Readonly<Record<KexinitList, string>> = {
  kex: "kex_algorithms",
  hostKey: "hostkey_algorithms",
  cipherToServer: "encryption_algorithms",
  cipherToClient: "encryption_algorithms",
  macToServer: "mac_algorithms",
  macToClient: "mac_algorithms",
  compressionToServer: "compression_algorithms",
  compressionToClient: "compression_algorithms",
  languagesToServer: "languages",
  languagesToClient: "languages",
};
const COMPRESSIONS: ReadonlySet<string> = new Set(["zlib", "zlib@openssh.com"]);
/** Zeek's field holds 32 of the 43 characters, and nothing for SSH 1. */
const ZEEK_FINGERPRINT_CHARACTERS = "SHA256:".length + 32;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

type State = "version" | "messages" | "encrypted";

/** SSH 1 and 2 up to where they are encrypted, and the sizes behind it. */
export class SshAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: SshShared;
  readonly #login = new LoginWatch();
  readonly #buffers: readonly [StreamBuffer, StreamBuffer];
  readonly #states: [State, State] = ["version", "version"];
  readonly #banners: [string | undefined, string | undefined] = [undefined, undefined];
  readonly #kexinits: [Kexinit | undefined, Kexinit | undefined] = [undefined, undefined];
  #startTime = -1;
  #version: number | undefined;
  #kex: string | undefined;
  #hostKey: string | undefined;
  #isPast = false;
  #isWritten = false;

  constructor(conversation: Conversation, shared: SshShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    const { maximum } = shared.messageBytes;
    this.#buffers = [new StreamBuffer(maximum + 4), new StreamBuffer(maximum + 4)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isPast) return;
    if (this.#states[side] === "encrypted") {
      this.#encrypted(side, bytes.length);
      return;
    }
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes, position)) {
      this.#tooLong(buffer.length + bytes.length);
      return;
    }
    while (this.#read(side, buffer)) {
      // One line or message after the other.
    }
    if (this.#isPast) return;
    if (this.#isEncrypted(side)) {
      const { length } = buffer;
      buffer.clear();
      if (length > 0) this.#encrypted(side, length);
    } else buffer.keep();
  }

  #isEncrypted(side: Side): boolean {
    return this.#states[side] === "encrypted";
  }

  gap(): void {
    // Neither where a message begins nor how long a segment was can be told any more.
    this.#isPast = true;
  }

  end(): void {
    if (this.#startTime >= 0 && !this.#isWritten) this.#write();
  }

  /** Reads the next line or message; false when it is not all there. */
  #read(side: Side, buffer: StreamBuffer): boolean {
    switch (this.#states[side]) {
      case "version":
        return this.#readLine(side, buffer);
      case "messages":
        return this.#readMessage(side, buffer);
      case "encrypted":
        return false;
    }
  }

  #readLine(side: Side, buffer: StreamBuffer): boolean {
    const end = buffer.bytes.indexOf(NEWLINE);
    if (end < 0) return false;
    const length = end > 0 && buffer.bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const line = buffer.bytes.subarray(0, length);
    if (isBanner(line)) this.#banner(side, bytesToText(line), buffer.position);
    // RFC 4253 4.2: only the server may say something before its version.
    else if (side === 0) {
      this.#conversation.reject("no version");
      this.#isPast = true;
      return false;
    }
    buffer.consume(end + 1);
    return true;
  }

  #banner(side: Side, text: string, position: number): void {
    const conversation = this.#conversation;
    if (this.#startTime < 0) this.#startTime = conversation.now;
    this.#states[side] = "messages";
    this.#banners[side] = text;
    const field = side === 0 ? "client" : "server";
    conversation.trace?.mark("ssh", field, side, position, text.length);
    this.#shared.software.saw(conversation, {
      kind: side === 0 ? "SSH::CLIENT" : "SSH::SERVER",
      banner: text.replace(/^SSH[\d.-]+/, ""),
      side,
      isService: side === 1,
    });
    const [client, server] = this.#banners;
    if (client === undefined || server === undefined) return;
    if (client.length <= 4 || server.length <= 4) {
      conversation.weird("SSH_cannot_determine_version", `${server} vs ${client}`);
      return;
    }
    this.#version = commonVersion(client, server);
    const majors = client[4]! + server[4]!;
    if (this.#version === undefined && (majors === "12" || majors === "21")) {
      conversation.weird("SSH_version_mismatch", `${server} vs ${client}`);
    }
  }

  #readMessage(side: Side, buffer: StreamBuffer): boolean {
    // Until both versions are known nobody can say how messages look.
    if (this.#version === undefined || buffer.length < 4) return false;
    const view = new DataView(buffer.bytes.buffer, buffer.bytes.byteOffset, buffer.length);
    const length = view.getUint32(0);
    if (length > this.#shared.messageBytes.maximum) {
      this.#tooLong(length);
      return false;
    }
    if (length < 2) {
      this.end();
      this.#conversation.reject("message length");
      this.#isPast = true;
      return false;
    }
    // RFC 4253 6; SSH 1 pads to 8 bytes in front and counts the padding in addition.
    const padding = this.#version === 1 ? 8 - (length % 8) : 0;
    const whole = 4 + padding + length;
    if (buffer.length < whole) return false;
    const content = buffer.bytes.subarray(4 + padding, whole);
    const position = buffer.position + 4 + padding;
    if (this.#version === 1) this.#message1(side, content);
    else this.#message2(side, content, position);
    buffer.consume(whole);
    return true;
  }

  /** Nothing behind it can be read; what was said before is told all the same. */
  #tooLong(length: number): void {
    const { messageBytes } = this.#shared;
    messageBytes.reached++;
    this.#isPast = true;
    for (const buffer of this.#buffers) buffer.clear();
    if (this.#startTime < 0) this.#conversation.reject("version too long");
    else {
      const addl = `${length} > ${messageBytes.maximum}`;
      this.#conversation.weird("SSH_max_packet_length_exceeded", addl);
      this.#conversation.pastLimit();
    }
  }

  /** Only the public key and the session key are not encrypted in SSH 1. */
  #message1(side: Side, content: Uint8Array): void {
    this.#states[side] = "encrypted";
    if (content[0] === 3) this.#conversation.confirm("ssh");
    const { createDigest } = this.#shared;
    if (content[0] !== 2 || createDigest === undefined) return;
    let at = 1 + 8 + 4;
    const number = (): Uint8Array => {
      const length = ((content[at] ?? 0) * 256 + (content[at + 1] ?? 0) + 7) >> 3;
      const bytes = content.subarray(at + 2, at + 2 + length);
      at += 2 + length;
      return bytes;
    };
    number();
    number();
    at += 4;
    const exponent = number();
    const digest = createDigest("sha256");
    digest.update(number());
    digest.update(exponent);
    this.#hostKey = fingerprintText(digest.digest());
  }

  #message2(side: Side, content: Uint8Array, position: number): void {
    const message = content[1] ?? 0;
    const payload = content.subarray(2, Math.max(2, content.length - content[0]!));
    if (message === MSG_KEXINIT) this.#keyExchange(side, payload, position + 2);
    else if (message === MSG_NEWKEYS) {
      this.#states[side] = "encrypted";
      this.#conversation.confirm("ssh");
    } else if (this.#kex !== undefined && this.#shared.createDigest !== undefined) {
      const key = hostKeyOf(message, payload, this.#kex);
      if (key === undefined || side === 0) return;
      const digest = this.#shared.createDigest("sha256");
      digest.update(payload.subarray(key.start, key.start + key.length));
      this.#hostKey = fingerprintText(digest.digest());
      const at = position + 2 + key.start;
      this.#conversation.trace?.mark("ssh", "host_key_fingerprint", side, at, key.length);
    }
  }

  #keyExchange(side: Side, payload: Uint8Array, position: number): void {
    if (this.#kexinits[side] !== undefined) return;
    const kexinit = parseKexinit(payload);
    if (kexinit === undefined) return;
    const { names } = this.#shared;
    for (const list of KEXINIT_LISTS) {
      const all = namesOf(kexinit[list]);
      const { maximum } = names[list];
      if (all.length <= maximum) continue;
      names[list].reached++;
      kexinit[list] = all.slice(0, maximum).join(",");
      const weird = `SSH_max_kexinit_${LIST_WEIRDS[list]}_exceeded`;
      this.#conversation.weird(weird, `${all.length} > ${maximum}`);
      this.#conversation.pastLimit();
    }
    this.#kexinits[side] = kexinit;
    const [client, server] = this.#kexinits;
    if (client && server) this.#kex = chooseAlgorithm(client.kex, server.kex);
    for (const field of ["kex_alg", "cipher_alg", "mac_alg", "compression_alg", "host_key_alg"]) {
      this.#conversation.trace?.mark("ssh", field, side, position + 16, payload.length - 16);
    }
  }

  #encrypted(side: Side, bytes: number): void {
    if (this.#version !== 2) return;
    const isCompressed = COMPRESSIONS.has(this.#bothWays("compression") ?? "");
    const isDecided = this.#login.segment(side === 0, bytes);
    if (!isDecided || isCompressed) return;
    this.#write();
    this.#conversation.done();
  }

  /** The algorithm of a kind; both, where the two ways differ. */
  #bothWays(kind: "cipher" | "mac" | "compression"): string | undefined {
    const [client, server] = this.#kexinits;
    if (client === undefined || server === undefined) return undefined;
    const toServer = chooseAlgorithm(client[`${kind}ToServer`], server[`${kind}ToServer`]);
    const toClient = chooseAlgorithm(client[`${kind}ToClient`], server[`${kind}ToClient`]);
    return toServer === toClient ? toServer : `To server: ${toServer}, to client: ${toClient}`;
  }

  #write(): void {
    this.#isWritten = true;
    const conversation = this.#conversation;
    const { log, isLocal, guesses } = this.#shared;
    if (this.#login.success === false) {
      guesses.failed(conversation.now, conversation.originator, conversation.responder);
    }
    const [client, server] = this.#kexinits;
    const both = client !== undefined && server !== undefined;
    const compression = this.#bothWays("compression");
    const isCompressed = COMPRESSIONS.has(compression ?? "");
    const isFromLocal = isLocal(conversation.originator);
    const isToLocal = isLocal(conversation.responder);
    log
      .row(this.#startTime, conversation)
      .count("version", this.#version)
      .bool("auth_success", isCompressed ? undefined : this.#login.success)
      .count("auth_attempts", isCompressed ? 0 : this.#login.attempts)
      .enum("direction", isFromLocal === isToLocal ? undefined : isFromLocal ? 1 : 0)
      .text("client", this.#banners[0])
      .text("server", this.#banners[1])
      .text("cipher_alg", this.#bothWays("cipher"))
      .text("mac_alg", this.#bothWays("mac"))
      .text("compression_alg", compression)
      .text("kex_alg", this.#kex)
      .text("host_key_alg", both ? chooseAlgorithm(client.hostKey, server.hostKey) : undefined)
      .text(
        "host_key_fingerprint",
        this.#version === 1 ? undefined : this.#hostKey?.slice(0, ZEEK_FINGERPRINT_CHARACTERS),
      )
      .text("host_key_sha256", this.#hostKey)
      .text("hassh", this.#hassh(0))
      .text("hassh_server", this.#hassh(1));
  }

  /** MD5 of the algorithms that one side offers for what it sends. */
  #hassh(side: Side): string | undefined {
    const kexinit = this.#kexinits[side];
    const { createDigest } = this.#shared;
    if (kexinit === undefined || createDigest === undefined) return undefined;
    const way = side === 0 ? "ToServer" : "ToClient";
    const digest = createDigest("md5");
    const lists = [kexinit.kex, kexinit[`cipher${way}`], kexinit[`mac${way}`]];
    digest.update(new TextEncoder().encode([...lists, kexinit[`compression${way}`]].join(";")));
    return hexText(digest.digest());
  }
}

function isBanner(line: Uint8Array): boolean {
  return line.length >= 4 && asciiText(line.subarray(0, 4)) === "SSH-";
}

function fingerprintText(digest: Uint8Array): string {
  return `SHA256:${encodeBase64(digest, { padding: false })}`;
}
