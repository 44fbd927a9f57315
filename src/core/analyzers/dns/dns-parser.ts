import type { DnsNameReader, NameRemarks } from "./dns-name-reader.ts";
import { type DnsRecord, NONE, type RecordContext, recordText } from "./dns-records.ts";
import { checkServiceBinding } from "./service-binding.ts";
import { checkOptions, updateText } from "./special-records.ts";

/** The header of a message (RFC 1035 4.1.1). */
export interface DnsHeader {
  id: number;
  isReply: boolean;
  opcode: number;
  AA: boolean;
  TC: boolean;
  RD: boolean;
  RA: boolean;
  /** The three bits behind RA: Z, AD and CD. */
  Z: number;
  rcode: number;
  questions: number;
  answers: number;
  authorities: number;
  additionals: number;
}

export const HEADER_BYTES = 12;
export const OPCODE_QUERY = 0;
export const OPCODE_NOTIFY = 4;
export const OPCODE_UPDATE = 5;
const TYPE_SOA = 6;
const TYPE_OPT = 41;

/** Takes what a message holds, in its order. */
export interface DnsVisitor extends NameRemarks {
  /** `at` and `length` say where the name lies in the message. */
  question(name: string, type: number, qclass: number, at: number, length: number): void;
  /** A record of the answer section (of an update: of its prerequisites or updates), as text or "". */
  answer(record: DnsRecord, text: string): void;
  /** A record of the authority or the additional section, never "". */
  other(section: "auth" | "addl", text: string): void;
}

/** Reads a header; undefined when the message is too short. */
export function parseDnsHeader(message: Uint8Array): DnsHeader | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const u16 = (at: number) => message[at]! * 256 + message[at + 1]!;
  const flags = u16(2);
  return {
    id: u16(0),
    isReply: (flags & 0x8000) !== 0,
    opcode: (flags & 0x7800) >> 11,
    AA: (flags & 0x0400) !== 0,
    TC: (flags & 0x0200) !== 0,
    RD: (flags & 0x0100) !== 0,
    RA: (flags & 0x0080) !== 0,
    Z: (flags & 0x0070) >> 4,
    rcode: flags & 0x000f,
    questions: u16(4),
    answers: u16(6),
    authorities: u16(8),
    additionals: u16(10),
  };
}

/**
 * Reads what is behind a header. True when all questions and answers could be read; what came before a
 * fault was given to the visitor. What is wrong behind the answers ends reading without a word, as in
 * Zeek, which does not look there.
 */
export function parseDnsBody(
  message: Uint8Array,
  header: DnsHeader,
  visitor: DnsVisitor,
  { isNetbios, names }: { isNetbios: boolean; names: DnsNameReader },
): boolean {
  names.begin(visitor, isNetbios);
  const body = new DnsBody({ message, names, remarks: visitor, isNetbios }, visitor);
  const isUpdate = header.opcode === OPCODE_UPDATE && !isNetbios;
  if (isUpdate) return body.update(header);
  if (!body.query(header)) return false;
  if (header.authorities + header.additionals > 0) body.others(header);
  return true;
}

const QUIET: NameRemarks = { weird() {}, pastLimit() {} };

class DnsBody {
  readonly #context: RecordContext;
  readonly #visitor: DnsVisitor;
  readonly #record: DnsRecord = { name: "", type: 0, class: 0, ttl: 0, start: 0, end: 0 };
  #at = HEADER_BYTES;

  constructor(context: RecordContext, visitor: DnsVisitor) {
    this.#context = context;
    this.#visitor = visitor;
  }

  query({ questions, answers }: DnsHeader): boolean {
    for (let n = 0; n < questions; n++) if (!this.#question()) return false;
    for (let n = 0; n < answers; n++) {
      if (!this.#recordHeader("DNS_truncated_ans_too_short") || !this.#recordLength()) return false;
      if (!this.#answer()) return false;
    }
    return true;
  }

  /** Authority and additional records, behind the answers. */
  others({ authorities, additionals }: DnsHeader): void {
    const { message, isNetbios, names } = this.#context;
    names.begin(QUIET, isNetbios);
    const rest = new DnsBody({ message, names, remarks: QUIET, isNetbios }, this.#visitor);
    rest.#at = this.#at;
    for (let n = 0; n < authorities + additionals; n++) {
      if (!rest.#recordHeader("") || !rest.#recordLength()) return;
      const text = recordText(rest.#record, rest.#context);
      if (text === undefined) return;
      if (text !== NONE && text !== "")
        this.#visitor.other(n < authorities ? "auth" : "addl", text);
      rest.#at = rest.#record.end;
    }
  }

  /** RFC 2136: one zone, prerequisites, updates. */
  update({ questions, answers, authorities }: DnsHeader): boolean {
    const { remarks } = this.#context;
    if (questions !== 1) {
      remarks.weird("DNS_DU_invalid_zone_count", String(questions));
      return false;
    }
    if (!this.#recordHeader("DNS_truncated_ans_too_short")) return false;
    if (this.#record.type !== TYPE_SOA) {
      remarks.weird("DNS_DU_incorrect_zone_type");
      return false;
    }
    const zoneClass = this.#record.class;
    for (let n = 0; n < answers + authorities; n++) {
      if (!this.#recordHeader("DNS_truncated_ans_too_short") || !this.#recordLength()) return false;
      const section = n < answers ? "prerequisite" : "update";
      const said = updateText(this.#record, section, { zoneClass, remarks });
      if (said === "record") {
        if (!this.#answer()) return false;
        continue;
      }
      if (said !== "") this.#visitor.answer(this.#record, said);
      this.#at = this.#record.end;
    }
    return true;
  }

  #question(): boolean {
    const { message, names, remarks } = this.#context;
    const start = this.#at;
    const name = names.read(message, start);
    if (name === undefined) return false;
    const at = names.end;
    if (at + 4 > message.length) {
      remarks.weird("DNS_truncated_quest_too_short");
      return false;
    }
    this.#at = at + 4;
    this.#visitor.question(name, this.#u16(at), this.#u16(at + 2), start, at - start);
    return true;
  }

  #recordHeader(weird: string): boolean {
    const { message, names, remarks } = this.#context;
    const name = names.read(message, this.#at);
    if (name === undefined) return false;
    const at = names.end;
    if (at + 4 > message.length) {
      remarks.weird(weird);
      return false;
    }
    this.#record.name = name;
    this.#record.type = this.#u16(at);
    this.#record.class = this.#u16(at + 2);
    this.#at = at + 4;
    return true;
  }

  #recordLength(): boolean {
    const { message, remarks } = this.#context;
    const at = this.#at;
    const left = message.length - at;
    const record = this.#record;
    record.ttl = left < 4 ? 0 : this.#u16(at) * 65_536 + this.#u16(at + 2);
    const length = left < 6 ? 0 : this.#u16(at + 4);
    record.start = Math.min(message.length, at + 6);
    record.end = record.start + length;
    if (record.end > message.length) {
      remarks.weird("DNS_truncated_RR_rdlength_lt_len");
      return false;
    }
    return true;
  }

  #answer(): boolean {
    const record = this.#record;
    const { message, remarks } = this.#context;
    if (record.end === record.start && record.end < message.length) {
      remarks.weird("DNS_zero_rdlength");
      return false;
    }
    if (record.type === TYPE_OPT && !checkOptions(record, this.#context)) return false;
    if ((record.type === 64 || record.type === 65) && !checkServiceBinding(record, this.#context)) {
      return false;
    }
    const text = recordText(record, this.#context);
    if (text === undefined) return false;
    if (text !== NONE) this.#visitor.answer(record, text);
    this.#at = record.end;
    return true;
  }

  #u16(at: number): number {
    const { message } = this.#context;
    return message[at]! * 256 + message[at + 1]!;
  }
}
