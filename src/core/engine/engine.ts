import {
  CaptureLossAnalyzer,
  CertificateLog,
  ConnAnalyzer,
  type FieldTrace,
  type FileSink,
  FileTracker,
  KeyTexts,
  LocalNetworks,
  LocatorAnalyzer,
  MicroburstsAnalyzer,
  noticeSchema,
  PRIVATE_NETWORKS,
  type Protocol,
  protocols,
  SoftwareLog,
  TunnelAnalyzer,
  WeirdAnalyzer,
  writeNotice,
} from "../analyzers/index.ts";
import type { Ciphers, CreateDigest, Limit, Unpack } from "../base/index.ts";
import type { EventSink } from "../events/index.ts";
import {
  type ChecksumErrors,
  type ChecksumRule,
  type FlowLimits,
  FlowTable,
  type OnPlaced,
  type ServerPortList,
} from "../flow/index.ts";
import { createDecodedPacket, decodePacket, FAULT_NAMES } from "../packet/index.ts";
import type { PacketRecord, PacketSink } from "../pcap/index.ts";
import { Applications } from "./applications.ts";

/** Which hosts' programs (`software`) and weaknesses (`notice`) are told. */
export const ASSET_RULES = ["local", "all"] as const;
export type AssetRule = (typeof ASSET_RULES)[number];

/** How captures are analysed, as far as settings say. */
export type AnalysisSettings = Pick<
  EngineOptions,
  "localNetworks" | "assets" | "checksums" | "vlansInKey" | "limits" | "analyzerLimits"
>;

/** How the engine works on one capture. */
export interface EngineOptions {
  captureId: string;
  /** Networks that are ours, as `address/prefix`; private ranges unless given. */
  localNetworks?: readonly string[];
  /** Hosts whose programs and weaknesses are told: the local ones unless given. */
  assets?: AssetRule;
  /** What is done about packets with wrong checksums; `verify` unless said. */
  checksums?: ChecksumRule;
  limits?: Partial<FlowLimits>;
  /** `false` writes no postings and no locator rows. */
  locate?: boolean;
  /** Ports that tell the server when a flow's start was missed; Zeek's list unless given. */
  serverPorts?: ServerPortList;
  /** Application protocols that are analysed; all unless given. */
  protocols?: readonly Protocol[];
  /** Digests for files and fingerprints; without them the fields made of them stay unset. */
  createDigest?: CreateDigest;
  /** Ciphers for what keys are known of; without them what is encrypted stays so. */
  ciphers?: Ciphers;
  /** Unpacks bodies that are packed as a whole; without it they stay as they travelled. */
  unpack?: Unpack;
  /** Secrets of TLS sessions in NSS's key log format: what they open is analysed. */
  keyLog?: string;
  /** Maxima of protocols' limits, by name (`dns.questions`). */
  analyzerLimits?: Readonly<Record<string, number>>;
  /** Takes files out as they come by, with all their bytes. */
  onFile?: FileSink;
  /** Told where fields come from, in a replay. */
  trace?: FieldTrace;
  /** Told where payload came from, in a replay. */
  onPlaced?: OnPlaced;
  /** Told of each row that a protocol begins, in a replay. */
  onRow?: (log: string) => void;
  /** Tells flows of the same addresses in different VLANs apart. */
  vlansInKey?: boolean;
}

/** What the engine has seen so far. Read it whenever; it is only ever added to. */
export interface EngineCounters {
  packets: number;
  bytes: number;
  byLinkType: Map<number, number>;
  /** Packets whose link type no decoder knows. */
  unknownLink: number;
  /** IP packets. */
  decoded: number;
  nonIp: number;
  /** Packets with broken headers, by fault. */
  faults: Map<string, number>;
  checksumErrors: ChecksumErrors;
  flows: number;
  residues: number;
  liveFlowsPeak: number;
  /** Every bound with how often it was reached. */
  limits: readonly Limit[];
  /** Packets that were captured twice, by two ports of one mirror. */
  duplicates: number;
  /** Every weird by name, written to the log or not. */
  weirds: ReadonlyMap<string, number>;
  /** Times of the earliest and the latest packet; undefined before the first. */
  firstTime: { seconds: number; nanoseconds: number } | undefined;
  lastTime: { seconds: number; nanoseconds: number } | undefined;
  /** False once a packet was older than the one before it. */
  timeOrdered: boolean;
}

/**
 * Packets in, events out: decode, flows, analyzers. Synchronous and without a clock: the same capture
 * gives the same events, byte for byte. Call `onPacket` for each packet, then `end` once.
 */
export class Engine {
  readonly onPacket: PacketSink;
  readonly #table: FlowTable;
  readonly #conn: ConnAnalyzer;
  readonly #locator: LocatorAnalyzer;
  readonly #tunnel: TunnelAnalyzer;
  readonly #weird: WeirdAnalyzer;
  readonly #microbursts: MicroburstsAnalyzer;
  readonly #captureLoss: CaptureLossAnalyzer;
  readonly #applications: Applications;
  readonly #keys: KeyTexts;
  readonly #decoded = createDecodedPacket();
  readonly #byLinkType = new Map<number, number>();
  readonly #faults = new Array<number>(FAULT_NAMES.length).fill(0);
  #packets = 0;
  #bytes = 0;
  #unknownLink = 0;
  #nonIp = 0;
  #linkType = -1;
  #linkPackets = 0;
  #timeOrdered = true;
  #firstSeconds = Number.POSITIVE_INFINITY;
  #firstNanoseconds = 0;
  #lastSeconds = Number.NEGATIVE_INFINITY;
  #lastNanoseconds = 0;
  #previousSeconds = Number.NEGATIVE_INFINITY;
  #previousNanoseconds = 0;

  constructor(options: EngineOptions, sink: EventSink) {
    const local = new LocalNetworks(options.localNetworks ?? PRIVATE_NETWORKS);
    this.#conn = new ConnAnalyzer(sink, local);
    this.#locator = new LocatorAnalyzer(sink);
    this.#tunnel = new TunnelAnalyzer(sink);
    this.#weird = new WeirdAnalyzer(sink);
    this.#microbursts = new MicroburstsAnalyzer(sink, local);
    this.#captureLoss = new CaptureLossAnalyzer(sink, () => this.#table.ackCounts);
    this.#keys = new KeyTexts(options.keyLog);
    this.#applications = new Applications(() => this.#table, sink, {
      ...options,
      protocols: options.protocols ?? protocols,
      isLocal: (address) => local.has(address),
      isAsset: options.assets === "all" ? () => true : (address) => local.has(address),
      services: (shared) => ({
        ...shared,
        files: new FileTracker({ ...shared, onFile: options.onFile }),
        certificates: new CertificateLog(shared),
        software: new SoftwareLog(shared),
        keys: this.#keys,
      }),
      notice: ({ log, conversation, packetOffset }, notice) =>
        writeNotice(log(noticeSchema), conversation, { ...notice, packetOffset }),
    });
    this.#table = new FlowTable(options, {
      openReceiver: (flow) => this.#applications.open(flow),
      flowEnded: (record) => {
        this.#conn.flowEnded(record, this.#table, this.#applications.takeServices(record.flow));
        this.#microbursts.flowEnded(record);
      },
      residueEnded: (record) => this.#locator.residueEnded(record),
      run: (run) => this.#locator.run(run, this.#table),
      postings: (bytes) => sink.postings(bytes),
      tunnel: (record, kind, action) => this.#tunnel.tunnel(record, kind, action, this.#table),
      weird: (weird) => this.#weird.weird(weird, this.#table),
    });
    if (this.#table.payload !== undefined) this.#table.payload.onPlaced = options.onPlaced;
    this.onPacket = (packet) => this.#packet(packet);
  }

  get counters(): EngineCounters {
    const byLinkType = new Map(this.#byLinkType);
    if (this.#linkPackets > 0) {
      byLinkType.set(this.#linkType, (byLinkType.get(this.#linkType) ?? 0) + this.#linkPackets);
    }
    const faults = new Map<string, number>();
    this.#faults.forEach((count, fault) => {
      if (fault > 0 && count > 0) faults.set(FAULT_NAMES[fault]!, count);
    });
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      byLinkType,
      unknownLink: this.#unknownLink,
      decoded: this.#packets - this.#nonIp,
      nonIp: this.#nonIp,
      faults,
      checksumErrors: { ...this.#table.checksumErrors },
      flows: this.#table.flows,
      residues: this.#table.residues,
      liveFlowsPeak: this.#table.liveFlowsPeak,
      limits: [...this.#table.limits, this.#microbursts.limit, ...this.#applications.limits],
      duplicates: this.#table.duplicates,
      weirds: this.#table.weirds.counts,
      firstTime: this.#packets === 0 ? undefined : time(this.#firstSeconds, this.#firstNanoseconds),
      lastTime: this.#packets === 0 ? undefined : time(this.#lastSeconds, this.#lastNanoseconds),
      timeOrdered: this.#timeOrdered,
    };
  }

  /** TLS secrets that the capture itself holds; flows that begin from now on are opened with them. */
  addKeys(text: string): void {
    this.#keys.add(text);
  }

  /** Ends all flows and hands over the last batches; `others` are limits of whoever read the packets. */
  end(others: readonly Limit[] = []): void {
    this.#microbursts.endBins();
    this.#table.end();
    for (const limit of [this.#microbursts.limit, ...this.#applications.limits, ...others]) {
      if (limit.reached > 0) this.#table.weirds.ofLimit(limit);
    }
    this.#microbursts.end();
    this.#captureLoss.end();
    this.#conn.end();
    this.#locator.end();
    this.#tunnel.end();
    this.#applications.end();
    this.#weird.end();
  }

  #packet(packet: PacketRecord): void {
    this.#packets++;
    this.#bytes += packet.capturedBytes;
    if (packet.linkType === this.#linkType) this.#linkPackets++;
    else this.#changeLinkType(packet.linkType);
    this.#noteTime(packet.seconds, packet.nanoseconds);
    const decoded = this.#decoded;
    decodePacket(packet, decoded);
    if (decoded.ipVersion === 0) {
      this.#nonIp++;
      if (!decoded.linkKnown) this.#unknownLink++;
    }
    if (decoded.fault !== 0) this.#faults[decoded.fault]!++;
    this.#captureLoss.packet(packet.seconds, packet.nanoseconds);
    this.#table.packet(packet, decoded);
    // A packet that two mirror ports captured was on the wire once.
    if (!this.#table.lastWasDuplicate) {
      this.#microbursts.packet(packet, decoded, this.#table.currentOrdinal);
    }
  }

  #changeLinkType(linkType: number): void {
    if (this.#linkPackets > 0) {
      const before = this.#byLinkType.get(this.#linkType) ?? 0;
      this.#byLinkType.set(this.#linkType, before + this.#linkPackets);
    }
    this.#linkType = linkType;
    this.#linkPackets = 1;
  }

  #noteTime(seconds: number, nanoseconds: number): void {
    if (isBefore(seconds, nanoseconds, this.#previousSeconds, this.#previousNanoseconds)) {
      this.#timeOrdered = false;
    }
    this.#previousSeconds = seconds;
    this.#previousNanoseconds = nanoseconds;
    if (isBefore(seconds, nanoseconds, this.#firstSeconds, this.#firstNanoseconds)) {
      this.#firstSeconds = seconds;
      this.#firstNanoseconds = nanoseconds;
    }
    if (isBefore(this.#lastSeconds, this.#lastNanoseconds, seconds, nanoseconds)) {
      this.#lastSeconds = seconds;
      this.#lastNanoseconds = nanoseconds;
    }
  }
}

function isBefore(a: number, aNanoseconds: number, b: number, bNanoseconds: number): boolean {
  return a < b || (a === b && aNanoseconds < bNanoseconds);
}

function time(seconds: number, nanoseconds: number): { seconds: number; nanoseconds: number } {
  return { seconds, nanoseconds };
}

/** Limits of all protocols with their defaults. */
export function analyzerLimitDefaults(): readonly Limit[] {
  const { limits } = new Engine({ captureId: "defaults" }, { batch() {}, postings() {} }).counters;
  return limits.filter(({ name }) => name.includes("."));
}
