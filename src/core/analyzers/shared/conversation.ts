import type { FieldTrace } from "./field-trace.ts";
import type { ServiceName } from "./services.ts";
import type { Side, Transport } from "./side.ts";

/** How something went, told by the protocol that carries it. */
export interface CarriedOutcome {
  /** Unset where the carrier gives a status only. */
  readonly success?: boolean;
  /** The carrier's own word for it. */
  readonly status?: string;
}

/**
 * The analyzer of one flow. Bytes are valid during the call only. Nothing may throw; what is wrong is
 * told to the conversation (`weird`, `reject`).
 */
export interface Session {
  /**
   * TCP: the next bytes of one side, in order, `position` counted from the side's first byte. UDP: a
   * whole datagram, position 0 (`conversation.missingBytes` says how much of it was not captured).
   */
  data(side: Side, bytes: Uint8Array, position: number): void;
  /** Over a carrier that has streams of its own, instead of `data`. */
  stream?(piece: StreamPiece): void;
  /** TCP: bytes that were never captured. The position of the next data is behind them. */
  gap?(side: Side, length: number, position: number): void;
  /** TCP: this side sent FIN or RST and all before it was given. */
  finished?(side: Side): void;
  /** Inside another protocol: what that says about how it went (an authentication, say). */
  outcome?(outcome: CarriedOutcome): void;
  /** The flow is over: write what waits. Called once, also after `done`, never after `reject`. */
  end?(): void;
}

/** Bytes of one of the streams that a carrier (QUIC) has, in that stream's order. */
export interface StreamPiece {
  readonly streamId: number;
  readonly side: Side;
  readonly bytes: Uint8Array;
  /** Counted over all streams of the side, in the order in which they were given. */
  readonly position: number;
  /** Nothing more comes of this side. */
  readonly isLast: boolean;
}

/** What more a notice may say. */
export interface NoticeDetails {
  readonly n?: number | undefined;
  /** The file it is about, in words. */
  readonly fileDescription?: string | undefined;
  readonly suppressSeconds?: number;
}

/** What a session knows of its flow and may tell about it. */
export interface Conversation {
  readonly transport: Transport;
  /** The flow's uid. */
  readonly uidHigh: number;
  readonly uidLow: number;
  /** Address words (IPv4 mapped) and ports. */
  readonly originator: Int32Array;
  readonly responder: Int32Array;
  readonly originatorPort: number;
  readonly responderPort: number;
  /** Time of the packet at hand and of the flow's first, nanoseconds from the capture's base. */
  readonly now: number;
  readonly startTime: number;
  /** Bytes of the datagram at hand that were cut off by the capture. */
  readonly missingBytes: number;
  /** Inside another protocol: its name for what carries the bytes (a named pipe), if it has one. */
  readonly carrier?: string | undefined;
  /** Who logged on over this flow, once a protocol inside it has said so by `loggedOn`. */
  readonly account?: string | undefined;
  /** True where the flow's beginning (SYN) was not seen. */
  readonly isMidStream: boolean;
  /** Says where fields come from, when somebody asked; undefined in the pass. */
  readonly trace: FieldTrace | undefined;

  /** Number of the next file of the flow, from 1. */
  nextFile(): number;
  /** It is this protocol: its name goes into conn's `service`. Say it once the bytes have proven it. */
  confirm(service: ServiceName): void;
  /** True when `service` was confirmed on this flow, by whichever session. */
  hasService(service: ServiceName): boolean;
  /** Somebody logs on over this flow; `account` is that for all sessions from now on. */
  loggedOn?(account: string): void;
  /** It is not this protocol after all: the session gets nothing more and its services are taken back. */
  reject(reason: string): void;
  /** Nothing more is to be read here (the rest is encrypted, say); `end` is still called. */
  done(): void;
  /** A limit of the protocol was passed: X in the flow's history. */
  pastLimit(): void;
  /** Who began the flow is the other side after all; from the next call on the sides are so. */
  flip(): void;
  /** Zeek's name, what more there is to say, and the protocol as Zeek's `source`. */
  weird(name: string, addl?: string): void;
  /** Something a person should see, by Zeek's `Note::Name`. */
  notice(note: string, message: string, sub?: string, more?: NoticeDetails): void;
  /**
   * Opens another protocol on bytes that this one carries; undefined if there is none of that name.
   * `carrier` names what carries them: the named pipe, say. `trace` where the bytes given to it do not
   * lie in the flow as they are.
   */
  inner(name: string, carrier?: string, trace?: FieldTrace): Session | undefined;
  /**
   * A flow to this address and port is to come (FTP data, TFTP answers, RTP): the protocol of that name
   * is opened on it. Address words as in `originator`; zero words stand for any address.
   */
  expectFlow(responder: Int32Array, port: number, transport: Transport, name: string): void;
  /** Finds out by content what the carried bytes are (CONNECT, SOCKS, decrypted TLS); `trace` as above. */
  innerByContent(trace?: FieldTrace): Session;
}
