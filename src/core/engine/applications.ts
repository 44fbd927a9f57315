import {
  type AnalyzerServices,
  type Conversation,
  type FieldTrace,
  LogWriter,
  NO_SERVICES,
  type Protocol,
  type ServiceBits,
  serviceBits,
  type Transport,
} from "../analyzers/index.ts";
import type { Ciphers, CreateDigest, Limit, Unpack } from "../base/index.ts";
import { createLimit } from "../base/index.ts";
import type { EventSink, LogSchema } from "../events/index.ts";
import { createFlowRecord, type FlowTable, type PayloadReceiver } from "../flow/index.ts";
import { IP_PROTOCOL } from "../packet/index.ts";
import { AppFlow } from "./app-flow.ts";
import { ExpectedFlows } from "./expected-flows.ts";
import type { AppNotice, EndedFlow, FlowHost } from "./flow-host.ts";
import type { FlowFacts, RunningProtocol } from "./running-protocol.ts";

export interface ApplicationsOptions {
  readonly protocols: readonly Protocol[];
  readonly createDigest?: CreateDigest | undefined;
  readonly ciphers?: Ciphers | undefined;
  readonly unpack?: Unpack | undefined;
  readonly trace?: FieldTrace | undefined;
  /** Maxima of protocols' limits that settings changed, by name. */
  readonly analyzerLimits?: Readonly<Record<string, number>> | undefined;
  /** True for addresses of the local networks. */
  readonly isLocal: (address: Int32Array) => boolean;
  /** True for hosts whose programs and weaknesses are told. */
  readonly isAsset: (address: Int32Array) => boolean;
  /** Told of each row that a protocol begins, by its log's name. */
  readonly onRow?: ((log: string) => void) | undefined;
}

/** What a notice is about, and where it is written. */
export interface NoticeSubject {
  readonly conversation: Conversation;
  readonly packetOffset: number;
  readonly log: (schema: LogSchema) => LogWriter;
}

/** All application protocols at work on one capture: opens them on flows, holds what they share. */
export class Applications implements FlowHost {
  readonly trace: FieldTrace | undefined;
  readonly expected = new ExpectedFlows();
  readonly #table: () => FlowTable;
  readonly #files: AnalyzerServices["files"];
  readonly #running: readonly RunningProtocol[];
  readonly #byName = new Map<string, RunningProtocol>();
  readonly #byPort: Record<Transport, Map<number, RunningProtocol[]>> = {
    tcp: new Map(),
    udp: new Map(),
  };
  readonly #byContent: readonly RunningProtocol[];
  readonly #limits: Limit[] = [];
  readonly #writers = new Map<string, LogWriter>();
  readonly #sink: EventSink;
  readonly #onRow: ((log: string) => void) | undefined;
  readonly #record = createFlowRecord();
  /** Services of the flow that is being ended. */
  #ended: { flow: number; services: ServiceBits } | undefined;
  readonly #notice: (about: NoticeSubject, notice: AppNotice) => void;

  constructor(
    table: () => FlowTable,
    sink: EventSink,
    options: ApplicationsOptions & {
      services: (
        shared: Pick<
          AnalyzerServices,
          "log" | "limit" | "isLocal" | "isAsset" | "createDigest" | "ciphers" | "unpack"
        >,
      ) => AnalyzerServices;
      notice: (about: NoticeSubject, notice: AppNotice) => void;
    },
  ) {
    this.#table = table;
    this.#sink = sink;
    this.trace = options.trace;
    this.#onRow = options.onRow;
    this.#notice = options.notice;
    const services = options.services({
      isLocal: options.isLocal,
      isAsset: options.isAsset,
      log: (schema) => this.#writer(schema),
      limit: (name, maximum) => this.#limit(name, options.analyzerLimits?.[name] ?? maximum),
      createDigest: options.createDigest,
      ciphers: options.ciphers,
      unpack: options.unpack,
    });
    this.#files = services.files;
    this.#running = options.protocols.map((protocol) => ({
      protocol,
      run: protocol.start(services),
    }));
    for (const running of this.#running) this.#list(running);
    this.#byContent = this.#running.filter(({ protocol }) => protocol.recognises !== undefined);
  }

  get now(): number {
    return this.#table().now;
  }

  get missingBytes(): number {
    return this.#table().payload?.missingBytes ?? 0;
  }

  get limits(): readonly Limit[] {
    return [
      this.expected.limit,
      ...this.#limits,
      ...this.#running.flatMap(({ run }) => run.limits ?? []),
    ];
  }

  /** Takes the payload of a flow from its first on. */
  open(flow: number): PayloadReceiver {
    const record = this.#record;
    this.#table().identify(flow, record);
    const facts: FlowFacts = {
      flow,
      transport: record.protocol === IP_PROTOCOL.tcp ? "tcp" : "udp",
      uidHigh: record.uidHigh,
      uidLow: record.uidLow,
      originator: record.originator.slice(),
      responder: record.responder.slice(),
      originatorPort: record.originatorPort,
      responderPort: record.responderPort,
      startTime: record.startTime,
      isMidStream: record.isMidStream,
    };
    return new AppFlow(facts, this);
  }

  /** Who takes a flow from its first byte: who was announced on it, else who has its port. */
  ofPorts({ transport, responder, responderPort: port }: FlowFacts): readonly RunningProtocol[] {
    const name = this.expected.take({ responder, port, transport });
    const announced = name === undefined ? undefined : this.named(name);
    return announced ? [announced] : (this.#byPort[transport].get(port) ?? NONE);
  }

  candidates(_transport: Transport): readonly RunningProtocol[] {
    return this.#byContent;
  }

  named(name: string): RunningProtocol | undefined {
    return this.#byName.get(name);
  }

  weird(name: string, flow: number, addl: string, analyzer: string): void {
    const offset = this.#table().payload?.recordOffset ?? -1;
    this.#table().weirds.ofConversation(name, flow, { offset, addl, analyzer });
  }

  notice(conversation: Conversation, notice: AppNotice): void {
    this.#notice(
      {
        conversation,
        packetOffset: this.#table().payload?.recordOffset ?? -1,
        log: (schema) => this.#writer(schema),
      },
      notice,
    );
  }

  flip(flow: number): void {
    this.#table().history.flip(flow);
  }

  violation(flow: number): void {
    this.#table().history.violation(flow);
  }

  ended(flow: EndedFlow): void {
    this.#ended = { flow: flow.facts.flow, services: flow.services };
  }

  /** Services of a flow that just ended. */
  takeServices(flow: number): ServiceBits {
    const ended = this.#ended;
    this.#ended = undefined;
    return ended?.flow === flow ? ended.services : this.#announcedServices(flow);
  }

  /** A flow without payload was opened by nobody, but may have been announced. */
  #announcedServices(flow: number): ServiceBits {
    if (this.expected.isEmpty) return NO_SERVICES;
    const record = this.#record;
    this.#table().identify(flow, record);
    const { responder, responderPort: port } = record;
    const transport = record.protocol === IP_PROTOCOL.tcp ? "tcp" : "udp";
    const name = this.expected.take({ responder, port, transport });
    const service = name === undefined ? undefined : this.named(name)?.protocol.announcedService;
    return service === undefined ? NO_SERVICES : serviceBits(service);
  }

  end(): void {
    for (const { run } of this.#running) run.end?.();
    this.#files.end?.();
    for (const writer of this.#writers.values()) writer.end();
  }

  #writer(schema: LogSchema): LogWriter {
    let writer = this.#writers.get(schema.name);
    if (writer === undefined) {
      writer = new LogWriter(schema, this.#sink, {
        baseSeconds: () => this.#table().baseSeconds,
        onRow: this.#onRow,
      });
      this.#writers.set(schema.name, writer);
    }
    return writer;
  }

  #limit(name: string, maximum: number): Limit {
    const limit = createLimit(name, maximum);
    this.#limits.push(limit);
    return limit;
  }

  #list(running: RunningProtocol): void {
    const { protocol } = running;
    this.#byName.set(protocol.name, running);
    for (const transport of ["tcp", "udp"] as const) {
      const ports = transport === "tcp" ? protocol.tcpPorts : protocol.udpPorts;
      for (const port of ports ?? []) {
        const known = this.#byPort[transport].get(port);
        if (known === undefined) this.#byPort[transport].set(port, [running]);
        else known.push(running);
      }
    }
  }
}

const NONE: readonly RunningProtocol[] = [];
