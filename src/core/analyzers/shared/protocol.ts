import type { Ciphers, CreateDigest, Limit, Unpack } from "../../base/index.ts";
import type { LogSchema } from "../../events/index.ts";
import type { CertificateAnalysis } from "./certificates.ts";
import type { Conversation, Session } from "./conversation.ts";
import type { FileAnalysis } from "./file-feed.ts";
import type { KeyTexts } from "./key-texts.ts";
import type { LogWriter } from "./log-writer.ts";
import type { ServiceName } from "./services.ts";
import type { Side, Transport } from "./side.ts";
import type { SoftwareInventory } from "./software.ts";

/** What a look at the first bytes of one side says: it is this protocol, it is not, or more is needed. */
export type Recognition = "yes" | "no" | "more";

/**
 * An application protocol: one folder, one line in `analyzers/index.ts`. It is opened on a flow by the
 * responder's port at the first payload, or by content wherever the flow is.
 */
export interface Protocol {
  /** The folder's name; `Conversation.inner` opens it by this. */
  readonly name: string;
  /** Logs that it writes. A log that several write (`files`) has its home in one of them. */
  readonly logs: readonly LogSchema[];
  readonly tcpPorts?: readonly number[];
  readonly udpPorts?: readonly number[];
  /**
   * Looks at the first bytes of one side (TCP: up to 2 KiB in order; UDP: one datagram). Called again
   * with more while it says `more`. Must be strict enough that random bytes are not taken for it.
   */
  readonly recognises?: (head: Uint8Array, side: Side, transport: Transport) => Recognition;
  /** Service of a flow that another one announced as this protocol, also where it carries nothing. */
  readonly announcedService?: ServiceName;
  /** Called once for a capture. */
  start(services: AnalyzerServices): ProtocolRun;
}

/** A protocol at work on one capture: holds what its flows share. */
export interface ProtocolRun {
  /** A flow, or bytes that another protocol carries, may be this protocol. */
  open(conversation: Conversation): Session;
  /** Bounds of what the run holds for all flows together. */
  readonly limits?: readonly Limit[];
  /** The capture is over; every session has ended. */
  end?(): void;
}

/** What a protocol may use in a capture. */
export interface AnalyzerServices {
  /** The writer of a log; the same for all who ask. */
  log(schema: LogSchema): LogWriter;
  /** Undefined where no digests were given: fields made of them stay unset. */
  readonly createDigest: CreateDigest | undefined;
  /** A bound of the protocol by its name (`dns.questions`); settings may have changed the maximum. */
  limit(name: string, maximum: number): Limit;
  /** True for an address of the local networks. */
  isLocal(address: Int32Array): boolean;
  /** True for hosts whose programs and weaknesses are told: local ones, unless settings say all. */
  isAsset(address: Int32Array): boolean;
  readonly files: FileAnalysis;
  readonly certificates: CertificateAnalysis;
  readonly software: SoftwareInventory;
  /** Undefined where no ciphers were given: what is encrypted stays so. */
  readonly ciphers: Ciphers | undefined;
  /** TLS secrets that were given or found; more may come while the capture is read. */
  readonly keys: KeyTexts;
  /** Undefined where it was not given: bodies that are packed as a whole stay so. */
  readonly unpack: Unpack | undefined;
}
