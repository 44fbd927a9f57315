import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import type { DnsNameReader } from "./dns-name-reader.ts";
import { className, opcodeName, responseCodeName, typeName } from "./dns-names.ts";
import {
  type DnsHeader,
  type DnsVisitor,
  OPCODE_NOTIFY,
  OPCODE_QUERY,
  OPCODE_UPDATE,
  parseDnsBody,
  parseDnsHeader,
} from "./dns-parser.ts";
import type { DnsRecord } from "./dns-records.ts";
import { createTransaction, type DnsTransaction, DnsTransactions } from "./dns-transactions.ts";
import { decodeNetbiosName } from "./netbios-name.ts";
import { recogniseDns } from "./recognise-dns.ts";

const NETBIOS_PORT = 137;
const TYPE_SRV = 33;
/** A length and the longest message (RFC 1035 4.2.2). */
const FRAMED_BYTES_MAX = 65_537;
const TRACKED: ReadonlySet<number> = new Set([OPCODE_QUERY, OPCODE_NOTIFY, OPCODE_UPDATE]);

/** What all flows of DNS share. */
export interface DnsShared {
  readonly log: LogWriter;
  readonly questions: Limit;
  /** Letters of one row's records. */
  readonly answerCharacters: Limit;
  readonly names: DnsNameReader;
}

/** DNS over UDP and TCP, mDNS, LLMNR and the NetBIOS name service. */
export class DnsAnalyzer implements Session, DnsVisitor {
  readonly #conversation: Conversation;
  readonly #shared: DnsShared;
  readonly #transactions: DnsTransactions;
  readonly #isNetbios: boolean;
  #streams: [StreamBuffer, StreamBuffer] | undefined;
  /** By side: bytes are missing, and no message was found behind them yet. */
  readonly #isLost: [boolean, boolean] = [false, false];
  #isFirst = true;
  /** The message at hand. */
  #header: DnsHeader | undefined;
  #current: DnsTransaction | undefined;
  #side: Side = 0;
  #position = 0;

  constructor(conversation: Conversation, shared: DnsShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#transactions = new DnsTransactions((transaction) => this.#write(transaction));
    this.#isNetbios =
      conversation.originatorPort === NETBIOS_PORT || conversation.responderPort === NETBIOS_PORT;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#conversation.transport === "udp") {
      this.#message(side, bytes, 0);
      return;
    }
    if (this.#isLost[side]) {
      if (recogniseDns(bytes, side, "tcp") !== "yes") return;
      this.#isLost[side] = false;
    }
    this.#streams ??= [new StreamBuffer(FRAMED_BYTES_MAX), new StreamBuffer(FRAMED_BYTES_MAX)];
    const buffer = this.#streams[side];
    // A message and its length are never longer than what may be held.
    buffer.push(bytes, position);
    while (buffer.length >= 2) {
      const length = buffer.bytes[0]! * 256 + buffer.bytes[1]!;
      if (buffer.length < 2 + length) break;
      this.#message(side, buffer.bytes.subarray(2, 2 + length), buffer.position + 2);
      buffer.consume(2 + length);
    }
    buffer.keep();
  }

  gap(side: Side): void {
    // A message begins where a piece says so; until then nothing of this side is read.
    this.#streams?.[side].clear();
    this.#isLost[side] = true;
  }

  end(): void {
    for (const side of [0, 1] as const) {
      const rest = this.#streams?.[side].bytes;
      if (rest !== undefined && rest.length > 2) this.#message(side, rest.subarray(2), 0);
    }
    this.#transactions.end();
  }

  weird(name: string, addl?: string): void {
    this.#conversation.weird(name, addl);
  }

  pastLimit(): void {
    this.#conversation.pastLimit();
  }

  question(name: string, type: number, qclass: number, at: number, length: number): void {
    const transaction = this.#current;
    const header = this.#header!;
    if (transaction === undefined) return;
    if (header.isReply) {
      if (header.answers + header.authorities + header.additionals === 0) {
        transaction.isRejected = true;
      }
      return;
    }
    transaction.RD = header.RD;
    transaction.TC = header.TC;
    transaction.Z = header.Z;
    transaction.qclass = qclass;
    transaction.qtype = type;
    transaction.query = (this.#isNetbiosServer && decodeNetbiosName(name)) || name;
    this.#mark("query", at, length);
    this.#mark("qtype", at + length, 2);
    this.#mark("qclass", at + length + 2, 2);
  }

  answer(record: DnsRecord, text: string): void {
    const transaction = this.#current;
    const header = this.#header!;
    if (transaction === undefined || !header.isReply) return;
    transaction.query ??= record.name;
    transaction.AA = header.AA;
    transaction.RA = header.RA;
    const rtt = this.#conversation.now - transaction.time;
    if (transaction.rtt === undefined && rtt !== 0) transaction.rtt = rtt;
    if (text === "") return;
    const isAdded = header.opcode === OPCODE_UPDATE && !/^(del|pre):/.test(text);
    const isAddress = record.type === 1 || record.type === 28 || record.type === 38;
    const named = isAdded && isAddress ? `${typeName(record.type)} ${record.name} ${text}` : text;
    transaction.answers ??= [];
    if (!this.#hasRoom(transaction, named)) return;
    transaction.answers.push(isAdded && !this.#isNetbios ? `add: ${named}` : text);
    transaction.ttls ??= [];
    transaction.ttls.push(String(record.ttl));
    this.#mark("answers", record.start, record.end - record.start);
    this.#mark("TTLs", record.start - 6, 4);
  }

  other(section: "auth" | "addl", text: string): void {
    const transaction = this.#current;
    if (transaction === undefined || !this.#header!.isReply) return;
    transaction[section] ??= new Set();
    const texts = transaction[section];
    if (!texts.has(text) && this.#hasRoom(transaction, text)) texts.add(text);
  }

  /** Two bytes that point to a name make a text of 255 letters of it, in every record anew. */
  #hasRoom(transaction: DnsTransaction, text: string): boolean {
    const { answerCharacters } = this.#shared;
    transaction.answerCharacters += text.length;
    if (transaction.answerCharacters <= answerCharacters.maximum) return true;
    answerCharacters.reached++;
    return false;
  }

  get #isNetbiosServer(): boolean {
    const { transport, responderPort } = this.#conversation;
    return transport === "udp" && responderPort === NETBIOS_PORT;
  }

  #message(side: Side, message: Uint8Array, position: number): void {
    const conversation = this.#conversation;
    const header = parseDnsHeader(message);
    if (header === undefined) {
      conversation.weird("DNS_truncated_len_lt_hdr_len");
      return;
    }
    if (!TRACKED.has(header.opcode) && !this.#isNetbios) {
      conversation.weird("DNS_unknown_opcode", String(header.opcode));
      conversation.pastLimit();
      return;
    }
    this.#header = header;
    this.#side = side;
    this.#position = position;
    if (this.#isFirst && header.isReply && side === 0) {
      if (!isMulticast(conversation.responder)) conversation.flip();
    }
    this.#isFirst = false;
    this.#current = TRACKED.has(header.opcode) ? this.#transactionOf(header) : undefined;
    const { questions, names } = this.#shared;
    if (header.questions > questions.maximum) {
      // A great deal of what goes over port 53 is not DNS.
      questions.reached++;
      const addl = `${header.questions} > ${questions.maximum}`;
      conversation.weird("DNS_Conn_count_too_large", addl);
      conversation.pastLimit();
      this.#endMessage(header);
      conversation.reject("DNS_Conn_count_too_large");
      return;
    }
    if (parseDnsBody(message, header, this, { isNetbios: this.#isNetbios, names }))
      conversation.confirm("dns");
    this.#endMessage(header);
  }

  #transactionOf(header: DnsHeader): DnsTransaction {
    const { now, responder } = this.#conversation;
    let transaction: DnsTransaction;
    if (isMulticast(responder)) {
      // Answers come on another flow: what belongs together cannot be told by the id.
      transaction = createTransaction(now, header.id);
      transaction.sawQuery = true;
      transaction.sawReply = true;
    } else if (header.isReply) transaction = this.#transactions.reply(header.id, now);
    else transaction = this.#transactions.query(header.id, now);
    if (header.isReply) {
      transaction.rcode = header.rcode;
      if (header.rcode !== 0 && header.questions === 0) transaction.isRejected = true;
      this.#mark("rcode", 3, 1);
    }
    transaction.opcode = header.opcode;
    this.#mark("trans_id", 0, 2);
    return transaction;
  }

  #endMessage({ isReply }: DnsHeader): void {
    const transaction = this.#current;
    if (transaction === undefined) return;
    if (isReply) transaction.sawReply = true;
    else transaction.sawQuery = true;
    if (transaction.sawQuery && transaction.sawReply) this.#write(transaction);
    this.#current = undefined;
  }

  #mark(field: string, at: number, length: number): void {
    this.#conversation.trace?.mark("dns", field, this.#side, this.#position + at, length);
  }

  #write(row: DnsTransaction): void {
    const conversation = this.#conversation;
    const { qtype, qclass, rcode, opcode } = row;
    const isNodeStatus = qtype === TYPE_SRV && this.#isNetbiosServer;
    this.#shared.log
      .row(row.time, conversation)
      .enum("proto", conversation.transport === "tcp" ? 0 : 1)
      .count("trans_id", row.id)
      .interval("rtt", row.rtt)
      .text("query", row.query)
      .count("qclass", qclass)
      .text("qclass_name", qclass === undefined ? undefined : className(qclass))
      .count("qtype", qtype)
      // RFC 1002 gave the number of SRV to its node status first.
      .text(
        "qtype_name",
        qtype === undefined ? undefined : isNodeStatus ? "NBSTAT" : typeName(qtype),
      )
      .count("rcode", rcode)
      .text("rcode_name", rcode === undefined ? undefined : responseCodeName(rcode))
      .bool("AA", row.AA)
      .bool("TC", row.TC)
      .bool("RD", row.RD)
      .bool("RA", row.RA)
      .count("Z", row.Z)
      .list("answers", row.answers)
      .list("TTLs", row.ttls)
      .bool("rejected", row.isRejected)
      .count("opcode", opcode)
      .list("auth", row.auth && [...row.auth])
      .list("addl", row.addl && [...row.addl])
      .text("opcode_name", opcode === undefined ? undefined : opcodeName(opcode, this.#isNetbios));
  }
}

function isMulticast(words: Int32Array): boolean {
  const isV4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return isV4 ? words[3]! >>> 28 === 0xe : words[0]! >>> 24 === 0xff;
}
