import type { Limit } from "../../base/index.ts";
import {
  CarriedTrace,
  type Conversation,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import { type HandshakeBounds, HandshakeBuffer } from "./handshake-buffer.ts";
import { HeartbeatWatch } from "./heartbeat-watch.ts";
import { CONTENT, RecordState } from "./record-state.ts";
import { parseSsl2ClientHello, parseSsl2ServerHello, SSL2 } from "./ssl2.ts";
import { type DecryptionSources, TlsDecryption } from "./tls-decryption.ts";
import { type HandshakeServices, TlsHandshake } from "./tls-handshake.ts";
import { VERSION } from "./tls-names.ts";

/** A record with its header: lengths are 16 bits. */
const RECORD_BYTES_MAX = 5 + 65_535;
/** Bytes of a flow among whose records heartbeats are looked for. */
const WATCHED_BYTES_MAX = 1024 * 1024;
/** What goes wrong later than this does not take the service back, as in Zeek. */
const VIOLATIONS_COUNT_UNTIL = 10 * 1024;

/** A record's header, of whichever format. */
interface RecordHeader {
  readonly isSsl2: boolean;
  readonly content: number;
  /** Bytes of the whole record. */
  readonly length: number;
}

/** What all sessions share; `decryption` where a key log was given. */
export interface SslServices extends HandshakeServices {
  readonly decryption: DecryptionSources | undefined;
}

/** TLS and SSL over a stream: splits it into records, follows the handshake in clear. */
export class SslSession implements Session {
  readonly #conversation: Conversation;
  readonly #bounds: HandshakeBounds;
  readonly #handshake: TlsHandshake;
  readonly #state: RecordState;
  readonly #buffers: [StreamBuffer | undefined, StreamBuffer | undefined] = [undefined, undefined];
  readonly #decryption: TlsDecryption | undefined;
  /** What the decrypted bytes are, found out by content. */
  #carried: Session | undefined;
  #carriedTrace: CarriedTrace | undefined;
  readonly #carriedBytes: [number, number] = [0, 0];
  readonly #messages: readonly [HandshakeBuffer, HandshakeBuffer];
  /** Bytes of an encrypted record that are still to come and not kept, by side. */
  readonly #toSkip: [number, number] = [0, 0];
  readonly #seenBytes: [number, number] = [0, 0];
  /** Records are SSL 2.0's from now on, or TLS's; undefined before the first says so. */
  #format: "ssl2" | "tls" | undefined;
  /** Nothing was seen yet of a flow whose beginning is missing. */
  #isUnsure: boolean;
  /** Heartbeats behind encryption, from the first encrypted record on. */
  #heartbeats: HeartbeatWatch | undefined;
  #isOver = false;

  constructor(conversation: Conversation, shared: SslServices, bounds: HandshakeBounds) {
    this.#conversation = conversation;
    this.#bounds = bounds;
    this.#messages = [new HandshakeBuffer(0, bounds), new HandshakeBuffer(1, bounds)];
    this.#isUnsure = conversation.isMidStream && conversation.transport === "tcp";
    const carrier = conversation.hasService("quic") ? "q" : "t";
    this.#handshake = new TlsHandshake(conversation, shared, carrier);
    this.#decryption = shared.decryption && new TlsDecryption(shared.decryption, this.#handshake);
    this.#handshake.secrets = this.#decryption;
    this.#state = new RecordState(this.#handshake, conversation);
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    if (this.#isUnsure && !beginsWithHello(bytes)) {
      this.#finish();
      return;
    }
    this.#isUnsure = false;
    this.#seenBytes[side] += bytes.length;
    let [rest, at] = [bytes, position];
    if (this.#toSkip[side] > 0) {
      const skipped = Math.min(this.#toSkip[side], bytes.length);
      this.#toSkip[side] -= skipped;
      if (this.#toSkip[side] > 0) return;
      rest = bytes.subarray(skipped);
      at += skipped;
      this.#ciphertext();
      if (this.#isOver || rest.length === 0) return;
    }
    this.#buffers[side] ??= new StreamBuffer(RECORD_BYTES_MAX * 2);
    const buffer = this.#buffers[side];
    if (!buffer.push(rest, at)) {
      this.#pastLimit(this.#bounds.message);
      return;
    }
    this.#records(side, buffer);
    if (!this.#isOver && !buffer.keep()) this.#pastLimit(this.#bounds.message);
  }

  gap(): void {
    // Records cannot be found again behind a gap: Zeek reads nothing more of either side.
    if (!this.#isOver) this.#finish();
  }

  finished(side: Side): void {
    this.#carried?.finished?.(side);
  }

  end(): void {
    this.#stop();
    this.#carried?.end?.();
    this.#handshake.write();
  }

  #records(side: Side, buffer: StreamBuffer): void {
    while (!this.#isOver && buffer.length >= 5) {
      const header = this.#header(side, buffer.bytes);
      if (typeof header === "string") {
        this.#violation(header);
        return;
      }
      const { bytes } = buffer;
      if (bytes.length < header.length) {
        if (header.content !== CONTENT.applicationData || header.isSsl2) return;
        if (this.#decryption !== undefined || !this.#state.decide(side, header.content)) return;
        this.#watch(side, header.content, header.length - 5);
        if (this.#isOver) return;
        this.#toSkip[side] = header.length - bytes.length;
        buffer.consume(bytes.length);
        return;
      }
      const record = bytes.subarray(0, header.length);
      const fault = header.isSsl2
        ? this.#ssl2Record(side, record)
        : this.#record(side, record, buffer.position);
      if (fault !== undefined) this.#violation(fault);
      if (!this.#isOver) buffer.consume(header.length);
    }
  }

  /** Tells a record's format and length by its first bytes; in words what is wrong if it is none. */
  #header(side: Side, bytes: Uint8Array): RecordHeader | string {
    const [first, high, low] = [bytes[0]!, bytes[1]!, bytes[2]!];
    const version = (high << 8) | low;
    const tls = { isSsl2: false, content: first, length: 5 + ((bytes[3]! << 8) | bytes[4]!) };
    const isTlsVersion = version >= VERSION.ssl3 && version <= VERSION.tls12;
    if (this.#format === "tls") return isTlsVersion ? tls : "record of another version";
    const length = 2 + (((first & 0x7f) << 8) | high);
    const ssl2 = { isSsl2: true, content: low, length };
    if (this.#format === "ssl2") return length >= 5 ? ssl2 : "record too short";
    if (first & 0x80) {
      if (length < 5) return "record too short";
      if (low === SSL2.clientHello && side === 0) {
        const asked = (bytes[3]! << 8) | bytes[4]!;
        const isKnown = asked === VERSION.ssl2 || (asked >= VERSION.ssl3 && asked <= VERSION.tls12);
        return isKnown ? ssl2 : "client hello of an unknown version";
      }
      if (low !== SSL2.serverHello || bytes[4]! >= 2 || side !== 1) return "not SSL";
      this.#format = "ssl2";
      return ssl2;
    }
    if (!isTlsVersion) return "record of an unknown version";
    if (first < 20 || first > 30) return "record of an unknown type";
    this.#format = "tls";
    return tls;
  }

  #record(side: Side, record: Uint8Array, position: number): string | undefined {
    const content = record[0]!;
    const body = record.subarray(5);
    if (this.#state.decide(side, content)) {
      this.#ciphertext();
      this.#watch(side, content, body.length);
      if (!this.#isOver) this.#decrypt(side, record, position);
      return undefined;
    }
    if (body.length === 0) return undefined;
    this.#handshake.touch();
    if (content !== CONTENT.handshake) return this.#state.plain(side, content, body);
    const fault = this.#messages[side].push(body, position + 5, (from, message) =>
      this.#handshake.message(from, message.type, message.body, message.place),
    );
    if (fault === undefined) return undefined;
    if ("fault" in fault) return fault.fault;
    this.#pastLimit(fault);
    return undefined;
  }

  #ssl2Record(side: Side, record: Uint8Array): string | undefined {
    const message = record.subarray(2);
    if (this.#state.isEncrypted[side]) {
      this.#ciphertext();
      return undefined;
    }
    this.#handshake.touch();
    switch (message[0]) {
      case SSL2.clientHello: {
        const hello = parseSsl2ClientHello(message);
        if (hello === undefined) return "broken client hello";
        const fault = this.#handshake.clientHello(hello);
        this.#handshake.note("c", 0);
        return fault;
      }
      case SSL2.serverHello:
        return this.#ssl2ServerHello(side, message);
      case SSL2.clientMasterKey:
        this.#state.isEncrypted.fill(true);
        if (this.#state.encrypted()) this.#established();
        return undefined;
      case SSL2.error:
        this.#handshake.alert(((message[1] ?? 0) << 8) | (message[2] ?? 0), side);
        return undefined;
      default:
        return "unknown message of SSL 2.0";
    }
  }

  #ssl2ServerHello(side: Side, message: Uint8Array): string | undefined {
    const parsed = parseSsl2ServerHello(message);
    if (parsed === undefined || parsed.hello.version !== VERSION.ssl2) return "broken server hello";
    const fault = this.#handshake.serverHello(parsed.hello);
    this.#handshake.note("s", 1);
    this.#handshake.certificate(side, parsed.certificate, 0);
    return fault;
  }

  #ciphertext(): void {
    if (this.#state.encrypted()) this.#established();
  }

  #established(): void {
    this.#handshake.established();
  }

  /** Lengths of encrypted records are looked at for a while: heartbeats show themselves by them. */
  #watch(side: Side, content: number, bytes: number): void {
    if (this.#isOver) return;
    this.#heartbeats ??= new HeartbeatWatch(this.#conversation);
    if (content === CONTENT.applicationData && bytes > 0) this.#heartbeats.noteData();
    else if (content === CONTENT.heartbeat) {
      const { cipherName, chosenVersion } = this.#handshake;
      const hasIv = chosenVersion === VERSION.tls11 || chosenVersion === VERSION.tls12;
      const isClient = this.#handshake.isClient(side);
      this.#heartbeats.heartbeat(isClient, bytes, cipherName, hasIv);
    }
    const isEnough = this.#seenBytes[0] + this.#seenBytes[1] > WATCHED_BYTES_MAX;
    if (this.#decryption === undefined && this.#state.isEstablished && isEnough) this.#finish();
  }

  /** Hands decrypted bytes to whoever knows them; ends when no more will be decrypted. */
  #decrypt(side: Side, record: Uint8Array, position: number): void {
    const decryption = this.#decryption;
    if (decryption === undefined) return;
    const kind = { content: record[0]!, version: (record[1]! << 8) | record[2]! };
    const opened = decryption.open(this.#handshake.isClient(side), kind, record.subarray(5));
    if (opened?.content === CONTENT.applicationData && opened.bytes.length > 0) {
      this.#carried ??= this.#open(decryption.clientRandom);
      this.#conversation.trace?.opened?.(side, opened.bytes, decryption.clientRandom);
      this.#carriedTrace?.add(side, opened.bytes, position, record.length);
      this.#carried.data(side, opened.bytes, this.#carriedBytes[side]);
      this.#carriedBytes[side] += opened.bytes.length;
    }
    if (!decryption.isHopeful && this.#state.isEstablished) this.#finish();
  }

  #open(clientRandom: string): Session {
    const { trace } = this.#conversation;
    this.#carriedTrace = trace && new CarriedTrace(trace, clientRandom);
    return this.#conversation.innerByContent(this.#carriedTrace);
  }

  #violation(reason: string): void {
    this.#handshake.write();
    if (this.#seenBytes[0] + this.#seenBytes[1] > VIOLATIONS_COUNT_UNTIL) {
      this.#finish();
      return;
    }
    this.#stop();
    this.#conversation.reject(reason);
  }

  #pastLimit(limit: Limit): void {
    limit.reached++;
    this.#conversation.pastLimit();
    this.#finish();
  }

  #finish(): void {
    this.#stop();
    this.#conversation.done();
  }

  #stop(): void {
    this.#isOver = true;
    for (const buffer of this.#buffers) buffer?.clear();
    for (const messages of this.#messages) messages.clear();
  }
}

/** A record that carries a hello of either side: the middle of a flow is read if it begins so. */
function beginsWithHello(bytes: Uint8Array): boolean {
  if (bytes.length < 6 || bytes[0] !== CONTENT.handshake || bytes[1] !== 3) return false;
  return bytes[5] === 1 || bytes[5] === 2;
}
