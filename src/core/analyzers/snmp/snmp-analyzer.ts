import {
  bytesToText,
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";
import { parseSnmp, SNMP_PDU, type SnmpMessage } from "./snmp-parser.ts";

/** Characters of a text that are kept. */
const TEXT_MAX = 1024;
const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0, "1"],
  [1, "2c"],
  [3, "3"],
]);
/** Nanoseconds of a hundredth of a second. */
const TICK = 1e7;

/** What the flow's row will say. */
interface Summary {
  readonly time: number;
  readonly version: number;
  lastTime: number;
  community: string | undefined;
  description: string | undefined;
  upSince: number | undefined;
  gets: number;
  bulks: number;
  responses: number;
  sets: number;
}

/** SNMP of all versions on one flow, which has one row. */
export class SnmpAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  #summary: Summary | undefined;

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
  }

  data(side: Side, bytes: Uint8Array): void {
    const message = parseSnmp(bytes);
    if (message === undefined) {
      if (this.#summary === undefined) this.#conversation.reject("not SNMP");
      return;
    }
    // A question alone may be anything's: the answer proves it.
    if (side === 1) this.#conversation.confirm("snmp");
    if (message.longSubidentifier !== undefined) {
      this.#conversation.weird("asn_oid_subidentifier_too_long", String(message.longSubidentifier));
    }
    this.#add(side, message, bytes);
  }

  end(): void {
    const summary = this.#summary;
    if (summary === undefined) return;
    this.#log
      .row(summary.time, this.#conversation)
      .interval("duration", summary.lastTime - summary.time)
      .text("version", VERSIONS.get(summary.version) ?? "unknown")
      .text("community", summary.community)
      .count("get_requests", summary.gets)
      .count("get_bulk_requests", summary.bulks)
      .count("get_responses", summary.responses)
      .count("set_requests", summary.sets)
      .text("display_string", summary.description)
      .time("up_since", summary.upSince);
  }

  #add(side: Side, message: SnmpMessage, bytes: Uint8Array): void {
    const { now, trace } = this.#conversation;
    this.#summary ??= {
      ...{ time: now, lastTime: now, version: message.version },
      ...{ community: undefined, description: undefined, upSince: undefined },
      ...{ gets: 0, bulks: 0, responses: 0, sets: 0 },
    };
    const summary = this.#summary;
    summary.lastTime = now;
    const { community } = message;
    if (summary.community === undefined && community !== undefined) {
      summary.community = bytesToText(bytes.subarray(community.start, community.end));
      const length = community.end - community.start;
      trace?.mark("snmp", "community", side, community.start, length);
    }
    const { pdu, bindings } = message;
    if (pdu === SNMP_PDU.getRequest || pdu === SNMP_PDU.getNextRequest) summary.gets += bindings;
    else if (pdu === SNMP_PDU.getBulkRequest) summary.bulks += bindings;
    else if (pdu === SNMP_PDU.setRequest) summary.sets += bindings;
    else if (pdu === SNMP_PDU.response) this.#answer(summary, { side, message, bytes });
  }

  #answer(summary: Summary, about: { side: Side; message: SnmpMessage; bytes: Uint8Array }): void {
    const { side, message, bytes } = about;
    const { now, trace } = this.#conversation;
    summary.responses += message.bindings;
    if (message.upTime !== undefined) summary.upSince = now - message.upTime * TICK;
    if (message.description === undefined) return;
    const { start, end } = message.description;
    const kept = Math.min(end, start + TEXT_MAX);
    summary.description = bytesToText(bytes.subarray(start, kept));
    trace?.mark("snmp", "display_string", side, start, end - start);
  }
}
