import type {
  Conversation,
  FieldTrace,
  NoticeDetails,
  ServiceBits,
  Transport,
} from "../analyzers/index.ts";
import type { ExpectedFlows } from "./expected-flows.ts";
import type { FlowFacts, RunningProtocol } from "./running-protocol.ts";

/** What a flow needs of whoever opened it. */
export interface FlowHost {
  readonly now: number;
  readonly missingBytes: number;
  readonly trace: FieldTrace | undefined;
  readonly expected: ExpectedFlows;
  candidates(transport: Transport): readonly RunningProtocol[];
  ofPorts(facts: FlowFacts): readonly RunningProtocol[];
  named(name: string): RunningProtocol | undefined;
  weird(name: string, flow: number, addl: string, analyzer: string): void;
  notice(conversation: Conversation, notice: AppNotice): void;
  flip(flow: number): void;
  violation(flow: number): void;
  ended(flow: EndedFlow): void;
}

/** A flow that is over, and what it turned out to be. */
export interface EndedFlow {
  readonly facts: FlowFacts;
  readonly services: ServiceBits;
}

/** A notice that a protocol makes. */
export interface AppNotice {
  readonly note: string;
  readonly message: string;
  readonly sub: string | undefined;
  readonly more: NoticeDetails | undefined;
}
