import {
  type AnalyzerServices,
  type ClientHello,
  type Conversation,
  hexText,
  type KeyLog,
  type LogWriter,
  parseClientHello,
  parseServerHello,
  type Session,
  type Side,
} from "../shared/index.ts";
import { type CryptoLimits, CryptoStream } from "./crypto-stream.ts";
import { InitialKeys } from "./initial-keys.ts";
import { QuicCarried } from "./quic-carried.ts";
import { QuicDecryption } from "./quic-decryption.ts";
import {
  type LongPacket,
  parseInitialFrames,
  parseLongPacket,
  QUIC_V2,
  versionName,
} from "./quic-parser.ts";
import type { StreamLimits } from "./stream-pieces.ts";

const HISTORY_MAX = 100;
/** Datagrams without QUIC's fixed bit that the history tells, as in Zeek. */
const DISCARDED_MAX = 100;
/** What goes wrong later than this does not take the service back, as in Zeek. */
const VIOLATIONS_COUNT_UNTIL = 10 * 1024;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;

/** What the row of one connection will say. */
interface QuicFacts {
  readonly time: number;
  readonly version: string;
  clientInitialId: string | undefined;
  clientId: string | undefined;
  serverId: string | undefined;
  serverName: string | undefined;
  protocol: string | undefined;
  history: string;
}

/** What all sessions share. */
export interface QuicShared {
  readonly log: LogWriter;
  readonly limits: CryptoLimits;
  readonly streamLimits: StreamLimits;
  /** Undefined where no key log was given. */
  readonly keyLog: KeyLog | undefined;
}

/** QUIC over datagrams: opens Initial packets, hands their handshake to TLS. */
export class QuicSession implements Session {
  readonly #conversation: Conversation;
  readonly #shared: QuicShared;
  readonly #services: AnalyzerServices;
  #facts: QuicFacts | undefined;
  #tls: Session | undefined;
  #tlsPositions: [number, number] = [0, 0];
  #streams: [CryptoStream, CryptoStream];
  #initialId: Uint8Array | undefined;
  #keys: InitialKeys | undefined;
  #version = 0;
  #clientIdBytes = 0;
  #serverIdBytes = 0;
  #decrypted = 0;
  #discarded = 0;
  #seenBytes = 0;
  readonly #shortPackets: [number, number] = [0, 0];
  #isOver = false;
  #decryption: QuicDecryption | undefined;
  #carried: QuicCarried | undefined;
  #alpn: readonly string[] = [];

  constructor(conversation: Conversation, shared: QuicShared, services: AnalyzerServices) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#services = services;
    this.#streams = this.#newStreams();
  }

  data(side: Side, bytes: Uint8Array): void {
    this.#seenBytes += bytes.length;
    for (let at = 0; at < bytes.length && !this.#isOver; ) {
      const isGreased = (bytes[at]! & 0x40) === 0;
      if (isGreased) this.#notQuic(side);
      // RFC 9287: who agreed on it leaves the bit unset. Without secrets it is passed over, as with Zeek.
      if (isGreased && this.#decryption === undefined) return;
      if (bytes[at]! < 0x80) {
        this.#shortPacket(side, bytes.length - at);
        this.#openShort(side, bytes, at);
        return;
      }
      const packet = parseLongPacket(bytes, at);
      const fault =
        packet === undefined ? "broken long header" : this.#longPacket(side, bytes, { at, packet });
      if (packet === undefined || fault !== undefined) {
        if (!isGreased) this.#violation(fault ?? "");
        return;
      }
      at += packet.length;
    }
  }

  end(): void {
    this.#tls?.end?.();
    this.#carried?.end();
    this.#write();
  }

  #longPacket(
    side: Side,
    bytes: Uint8Array,
    { at, packet }: { at: number; packet: LongPacket },
  ): string | undefined {
    switch (packet.type) {
      case "unknown":
        this.#touch(side, packet, { isUpdate: false });
        this.#note("u", side);
        this.#write();
        return "unhandled version";
      case "retry":
        this.#touch(side, packet, { isUpdate: false });
        this.#note("r", side);
        this.#write();
        // The client begins again with a connection id that the server chose.
        this.#streams = this.#newStreams();
        this.#initialId = undefined;
        this.#keys = undefined;
        return undefined;
      case "handshake":
        this.#touch(side, packet, { isUpdate: true });
        this.#note("h", side);
        return undefined;
      case "zeroRtt":
        this.#touch(side, packet, { isUpdate: true });
        this.#note("z", side);
        this.#openEarly(side, bytes, at, packet);
        return undefined;
      case "initial":
        this.#touch(side, packet, { isUpdate: true });
        this.#note("i", side);
        return this.#initial(side, bytes, { at, packet });
    }
  }

  #initial(
    side: Side,
    bytes: Uint8Array,
    { at, packet }: { at: number; packet: LongPacket },
  ): string | undefined {
    const { ciphers } = this.#services;
    const hasId = side === 0 || this.#initialId !== undefined;
    if (ciphers === undefined || !hasId || this.#streams[side].isFinished) return undefined;
    this.#version = packet.version;
    if (side === 1) this.#serverIdBytes = packet.sourceId.length;
    this.#clientIdBytes = side === 0 ? packet.sourceId.length : packet.destinationId.length;
    this.#initialId ??= packet.destinationId.slice();
    this.#keys ??= new InitialKeys(ciphers, packet.version, this.#initialId);
    const opened = this.#keys.open(side, bytes, at, packet);
    if (opened === undefined || opened.length === 0) return "decryption failed";
    this.#conversation.confirm("quic");
    this.#decrypted++;
    const frames = parseInitialFrames(opened);
    for (const { offset, bytes: piece } of frames.crypto) {
      if (this.#streams[side].isFinished) break;
      const message = this.#streams[side].add(offset, piece);
      if (typeof message === "string") return message;
      if (message !== undefined) this.#hello(side, message);
    }
    if (frames.isClosing && this.#facts !== undefined) {
      this.#note("c", side);
      this.#write();
    }
    return frames.fault;
  }

  /** Gives TLS the message as a record of its own, and takes what the row tells of it. */
  #hello(side: Side, message: Uint8Array): void {
    this.#tls ??= this.#conversation.inner("ssl");
    const record = new Uint8Array(message.length + 5);
    record.set([22, 3, 3, message.length >> 8, message.length & 0xff]);
    record.set(message, 5);
    this.#tls?.data(side, record, this.#tlsPositions[side]);
    this.#tlsPositions[side] += record.length;
    if (message[0] === CLIENT_HELLO) this.#clientHello(message);
    if (message[0] === CLIENT_HELLO || message[0] === 2) {
      this.#note("s", message[0] === CLIENT_HELLO ? 0 : 1);
    }
    const chosen = message[0] === SERVER_HELLO ? parseServerHello(message.subarray(4)) : undefined;
    if (chosen !== undefined) this.#decryption?.chosen(chosen.cipher);
  }

  /** Secrets may be known of this connection: what is behind its hellos can be opened then. */
  #prepare({ random, alpn }: ClientHello): void {
    const { ciphers } = this.#services;
    const { keyLog } = this.#shared;
    if (ciphers === undefined || !keyLog?.refresh()) return;
    const about = { clientRandom: hexText(random), isV2: this.#version === QUIC_V2 };
    this.#alpn = alpn;
    this.#decryption = new QuicDecryption({ ciphers, keyLog }, about);
  }

  #openEarly(side: Side, bytes: Uint8Array, at: number, packet: LongPacket): void {
    const { protectedAt: numberAt, protectedBytes } = packet;
    const place = { at, numberAt, end: numberAt + protectedBytes };
    const opened = this.#decryption?.open("zeroRtt", side, bytes, place);
    if (opened !== undefined) this.#frames(side, opened.frames, place);
  }

  /** RFC 9000 17.3.1: the id's length is known from the hellos alone. */
  #openShort(side: Side, bytes: Uint8Array, at: number): void {
    if (this.#decryption === undefined) return;
    const idBytes = side === 0 ? this.#serverIdBytes : this.#clientIdBytes;
    const place = { at, numberAt: at + 1 + idBytes, end: bytes.length };
    const opened = this.#decryption.open("data", side, bytes, place);
    if (opened !== undefined) this.#frames(side, opened.frames, place);
  }

  #frames(side: Side, frames: Uint8Array, { at, end }: { at: number; end: number }): void {
    this.#carried ??= new QuicCarried(this.#conversation, {
      limits: this.#shared.streamLimits,
      clientRandom: this.#decryption!.clientRandom,
      alpn: this.#alpn,
    });
    this.#carried.frames(side, frames, { at, length: end - at });
  }

  #clientHello(message: Uint8Array): void {
    const hello = parseClientHello(message.subarray(4));
    if (hello === undefined || this.#facts === undefined) return;
    this.#prepare(hello);
    this.#facts.serverName = hello.serverNames[0] ?? this.#facts.serverName;
    this.#facts.protocol = hello.alpn[0] ?? this.#facts.protocol;
    if (hello.alpn.length > 1) {
      this.#conversation.weird("QUIC_many_protocols", `[${hello.alpn.join(", ")}]`);
    }
  }

  #shortPacket(side: Side, length: number): void {
    if (length < 1 + this.#clientIdBytes) {
      this.#violation("cut short header");
      return;
    }
    const count = ++this.#shortPackets[side];
    // Every power of two is told.
    if ((count & (count - 1)) !== 0) return;
    if (this.#facts !== undefined) this.#note("o", side);
    else {
      const name = "QUIC_spurious_short_header_packet_threshold_crossed";
      this.#conversation.weird(name, String(count));
    }
  }

  #notQuic(side: Side): void {
    this.#discarded++;
    if (this.#decrypted === 0 || this.#discarded > DISCARDED_MAX) return;
    if (this.#facts !== undefined) this.#note("x", side);
    else this.#conversation.weird("QUIC_spurious_discarded_packet");
  }

  #touch(side: Side, packet: LongPacket, { isUpdate }: { isUpdate: boolean }): void {
    if (this.#facts !== undefined && !isUpdate) return;
    this.#facts ??= {
      time: this.#conversation.now,
      version: versionName(packet.version),
      clientInitialId: undefined,
      clientId: undefined,
      serverId: undefined,
      serverName: undefined,
      protocol: undefined,
      history: "",
    };
    const facts = this.#facts;
    if (side === 1) facts.serverId = hexText(packet.sourceId);
    else {
      facts.clientId = hexText(packet.sourceId);
      if (packet.destinationId.length > 0) {
        facts.clientInitialId ??= hexText(packet.destinationId);
      }
    }
  }

  #note(letter: string, side: Side): void {
    const facts = this.#facts;
    if (facts === undefined || facts.history.length >= HISTORY_MAX) return;
    facts.history += side === 0 ? letter.toUpperCase() : letter;
    if (facts.history.length === HISTORY_MAX) {
      this.#conversation.weird("QUIC_max_history_length_reached");
    }
  }

  #write(): void {
    const facts = this.#facts;
    if (facts === undefined) return;
    this.#facts = undefined;
    this.#shared.log
      .row(facts.time, this.#conversation)
      .text("version", facts.version)
      .text("client_initial_dcid", facts.clientInitialId)
      .text("client_scid", facts.clientId)
      .text("server_scid", facts.serverId)
      .text("server_name", facts.serverName)
      .text("client_protocol", facts.protocol)
      .text("history", facts.history === "" ? undefined : facts.history);
  }

  /** Early on it is another protocol then; later only this datagram is lost. */
  #newStreams(): [CryptoStream, CryptoStream] {
    return [new CryptoStream(this.#shared.limits), new CryptoStream(this.#shared.limits)];
  }

  #violation(reason: string): void {
    if (this.#seenBytes > VIOLATIONS_COUNT_UNTIL) return;
    this.#isOver = true;
    this.end();
    this.#conversation.reject(reason);
  }
}
