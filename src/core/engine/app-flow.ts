import type {
  CarriedOutcome,
  Conversation,
  FieldTrace,
  NoticeDetails,
  ServiceBits,
  ServiceName,
  Session,
  Side,
  StreamPiece,
  Transport,
} from "../analyzers/index.ts";
import { serviceBits } from "../analyzers/index.ts";
import type { PayloadReceiver } from "../flow/index.ts";
import type { FlowHost } from "./flow-host.ts";
import { ProtocolSearch } from "./protocol-search.ts";
import type { FlowFacts, RunningProtocol } from "./running-protocol.ts";

/** Sessions inside sessions: SOCKS in TLS in HTTP CONNECT and so on. */
const NESTING_MAX = 8;
const SIDES = [0, 1] as const;

/** One flow's sessions: gives them the payload, keeps what they found. */
export class AppFlow implements PayloadReceiver {
  facts: FlowFacts;
  readonly applications: FlowHost;
  services: ServiceBits = { high: 0, low: 0 };
  /** Who logged on over it last. */
  account: string | undefined;
  /** Files that were opened in the flow. */
  files = 0;
  #search: ProtocolSearch | undefined;
  #sessions: OpenSession[] = [];
  #isPastLimit = false;

  constructor(facts: FlowFacts, applications: FlowHost) {
    this.facts = facts;
    this.applications = applications;
    this.#search = new ProtocolSearch(applications.candidates(facts.transport), facts.transport);
    for (const running of applications.ofPorts(facts)) this.#open(running);
  }

  get isInterested(): boolean {
    return this.#search !== undefined || this.#sessions.length > 0;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    const sessions = this.#sessions;
    let isOneClosed = false;
    for (let n = 0; n < sessions.length; n++) {
      sessions[n]!.data(side, bytes, position);
      isOneClosed ||= sessions[n]!.isClosed;
    }
    if (isOneClosed) this.#forgetClosed();
    const search = this.#search;
    if (search === undefined) return;
    if (this.#isConfirmed) {
      this.#search = undefined;
      return;
    }
    this.#openFound(search, search.look(side, bytes, position));
    // What a flow turned out to be it is; what lies inside is found by those who carry it.
    if (search.isOver || this.#isConfirmed) this.#search = undefined;
    this.#forgetClosed();
  }

  #openFound(search: ProtocolSearch, found: readonly RunningProtocol[]): void {
    for (const running of found) {
      if (this.#sessions.some((open) => open.running === running)) continue;
      const session = this.#open(running);
      if (session !== undefined) search.replay(session);
    }
  }

  get #isConfirmed(): boolean {
    return (this.services.high | this.services.low) !== 0;
  }

  gap(side: Side, length: number, position: number): void {
    this.#search?.gap(side);
    for (const session of this.#sessions) session.gap(side, length, position);
    this.#forgetClosed();
  }

  finished(side: Side): void {
    for (const session of this.#sessions) session.finished(side);
    this.#forgetClosed();
  }

  ended(): void {
    const search = this.#search;
    if (search !== undefined) {
      for (const side of SIDES) this.#openFound(search, search.lookAtRest(side));
    }
    for (const session of this.#sessions) session.end();
    this.#sessions = [];
    this.applications.ended(this);
  }

  add(bits: ServiceBits): void {
    this.services = {
      high: this.services.high | bits.high,
      low: this.services.low | bits.low,
    };
  }

  take(bits: ServiceBits): void {
    this.services = {
      high: this.services.high & ~bits.high,
      low: this.services.low & ~bits.low,
    };
  }

  /** Once in a flow's history, however many limits are passed. */
  pastLimit(): void {
    if (this.#isPastLimit) return;
    this.#isPastLimit = true;
    this.applications.violation(this.facts.flow);
  }

  /** Originator and responder change places. */
  flip(): void {
    const { originator, originatorPort, ...facts } = this.facts;
    this.facts = {
      ...facts,
      originator: facts.responder,
      originatorPort: facts.responderPort,
      responder: originator,
      responderPort: originatorPort,
    };
    this.applications.flip(facts.flow);
  }

  #open(running: RunningProtocol): OpenSession | undefined {
    const session = new OpenSession(this, running, 0, this.applications);
    if (session.isClosed) return undefined;
    this.#sessions.push(session);
    return session;
  }

  #forgetClosed(): void {
    const sessions = this.#sessions;
    if (!sessions.some((session) => session.isClosed)) return;
    for (const session of sessions) if (session.isClosed) session.end();
    this.#sessions = sessions.filter((session) => !session.isClosed);
  }
}

/** One protocol's session of a flow, and what it sees of the flow. */
export class OpenSession implements Conversation, Session {
  readonly running: RunningProtocol;
  readonly carrier: string | undefined;
  readonly trace: FieldTrace | undefined;
  isClosed = false;
  readonly #flow: AppFlow;
  readonly #depth: number;
  readonly #session: Session;
  #confirmed: ServiceBits = { high: 0, low: 0 };
  #isEnded = false;

  constructor(
    flow: AppFlow,
    running: RunningProtocol,
    depth: number,
    inside: { readonly carrier?: string | undefined; readonly trace: FieldTrace | undefined },
  ) {
    this.#flow = flow;
    this.carrier = inside.carrier;
    this.trace = inside.trace;
    this.#depth = depth;
    this.running = running;
    this.#session = running.run.open(this);
  }

  get transport(): Transport {
    return this.#flow.facts.transport;
  }

  get uidHigh(): number {
    return this.#flow.facts.uidHigh;
  }

  get uidLow(): number {
    return this.#flow.facts.uidLow;
  }

  get originator(): Int32Array {
    return this.#flow.facts.originator;
  }

  get responder(): Int32Array {
    return this.#flow.facts.responder;
  }

  get originatorPort(): number {
    return this.#flow.facts.originatorPort;
  }

  get responderPort(): number {
    return this.#flow.facts.responderPort;
  }

  get startTime(): number {
    return this.#flow.facts.startTime;
  }

  get isMidStream(): boolean {
    return this.#flow.facts.isMidStream;
  }

  get now(): number {
    return this.#flow.applications.now;
  }

  get missingBytes(): number {
    return this.#flow.applications.missingBytes;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (!this.isClosed) this.#session.data(side, bytes, position);
  }

  stream(piece: StreamPiece): void {
    if (!this.isClosed) this.#session.stream?.(piece);
  }

  gap(side: Side, length: number, position: number): void {
    if (!this.isClosed) this.#session.gap?.(side, length, position);
  }

  finished(side: Side): void {
    if (!this.isClosed) this.#session.finished?.(side);
  }

  outcome(outcome: CarriedOutcome): void {
    if (!this.isClosed) this.#session.outcome?.(outcome);
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.isClosed = true;
    this.#session.end?.();
  }

  nextFile(): number {
    return ++this.#flow.files;
  }

  confirm(service: ServiceName): void {
    const bits = serviceBits(service);
    this.#confirmed = {
      high: this.#confirmed.high | bits.high,
      low: this.#confirmed.low | bits.low,
    };
    this.#flow.add(bits);
  }

  get account(): string | undefined {
    return this.#flow.account;
  }

  loggedOn(account: string): void {
    this.#flow.account = account;
  }

  hasService(service: ServiceName): boolean {
    const bits = serviceBits(service);
    const { services } = this.#flow;
    return ((services.high & bits.high) | (services.low & bits.low)) !== 0;
  }

  reject(_reason: string): void {
    this.isClosed = true;
    this.#isEnded = true;
    this.#flow.take(this.#confirmed);
  }

  done(): void {
    this.isClosed = true;
  }

  pastLimit(): void {
    this.#flow.pastLimit();
  }

  flip(): void {
    this.#flow.flip();
  }

  weird(name: string, addl = ""): void {
    const { applications, facts } = this.#flow;
    applications.weird(name, facts.flow, addl, this.running.protocol.name.toUpperCase());
  }

  notice(note: string, message: string, sub?: string, more?: NoticeDetails): void {
    this.#flow.applications.notice(this, { note, message, sub, more });
  }

  inner(name: string, carrier?: string, trace = this.trace): Session | undefined {
    const running = this.#flow.applications.named(name);
    if (running === undefined || this.#depth >= NESTING_MAX) return undefined;
    return new OpenSession(this.#flow, running, this.#depth + 1, { carrier, trace });
  }

  expectFlow(responder: Int32Array, port: number, transport: Transport, name: string): void {
    this.#flow.applications.expected.add({ responder, port, transport, name });
  }

  innerByContent(trace = this.trace): Session {
    return new InnerSearch(this.#flow, this.#depth + 1, trace);
  }
}

/** Carried bytes of which nobody said what they are: found out by content. */
class InnerSearch implements Session {
  readonly #flow: AppFlow;
  readonly #depth: number;
  readonly #inside: { readonly trace: FieldTrace | undefined };
  #search: ProtocolSearch | undefined;
  #sessions: OpenSession[] = [];

  constructor(flow: AppFlow, depth: number, trace: FieldTrace | undefined) {
    this.#flow = flow;
    this.#depth = depth;
    this.#inside = { trace };
    if (depth > NESTING_MAX) return;
    this.#search = new ProtocolSearch(flow.applications.candidates("tcp"), "tcp");
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    for (const session of this.#sessions) session.data(side, bytes, position);
    const search = this.#search;
    if (search === undefined) return;
    this.#openFound(search, search.look(side, bytes, position));
    if (search.isOver) this.#search = undefined;
  }

  #openFound(search: ProtocolSearch, found: readonly RunningProtocol[]): void {
    for (const running of found) {
      const session = new OpenSession(this.#flow, running, this.#depth, this.#inside);
      this.#sessions.push(session);
      search.replay(session);
    }
  }

  gap(side: Side, length: number, position: number): void {
    this.#search?.gap(side);
    for (const session of this.#sessions) session.gap(side, length, position);
  }

  finished(side: Side): void {
    for (const session of this.#sessions) session.finished(side);
  }

  end(): void {
    const search = this.#search;
    if (search !== undefined) {
      for (const side of SIDES) this.#openFound(search, search.lookAtRest(side));
    }
    for (const session of this.#sessions) session.end();
  }
}
