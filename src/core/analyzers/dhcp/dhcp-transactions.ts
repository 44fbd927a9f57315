import { formatUid, type Limit } from "../../base/index.ts";
import type { Conversation, LogWriter, Side } from "../shared/index.ts";
import type { DhcpMessage } from "./dhcp-parser.ts";

/** Nanoseconds: how long a transaction is watched, and how long it may stand still (Zeek's figures). */
const FIRST_CHECK = 10e9;
const NEXT_CHECK = 5e9;
const STILL_MAX = 5e9;
const WATCHED_MAX = 30e9;
/** Flows and messages that one row holds (Zeek's options of DHCP). */
const FLOWS_MAX = 10;
const MESSAGES_MAX = 50;

const TYPES = [
  "DISCOVER",
  "OFFER",
  "REQUEST",
  "DECLINE",
  "ACK",
  "NAK",
  "RELEASE",
  "INFORM",
  "FORCERENEW",
  "LEASEQUERY",
  "LEASEUNASSIGNED",
  "LEASEUNKNOWN",
  "LEASEACTIVE",
  "BULKLEASEQUERY",
  "LEASEQUERYDONE",
  "ACTIVELEASEQUERY",
  "LEASEQUERYSTATUS",
  "TLS",
] as const;

interface Transaction {
  readonly xid: number;
  readonly time: number;
  lastTime: number;
  nextCheck: number;
  readonly uids: Set<string>;
  readonly types: string[];
  client?: Int32Array;
  server?: Int32Array;
  mac?: string | undefined;
  clientHardware?: string;
  hostName?: string;
  fqdn?: string;
  domain?: string;
  requested?: number;
  assigned?: number;
  leaseSeconds?: number;
  clientMessage?: string;
  serverMessage?: string;
  vendorClass?: string;
  routers?: readonly string[];
  nameServers?: readonly string[];
  relay?: number;
}

/** Puts messages of one number together, whichever flows they come over: broadcasts are flows too. */
export class DhcpTransactions {
  readonly #log: LogWriter;
  readonly #limit: Limit;
  /** The oldest first. */
  readonly #open = new Map<number, Transaction>();
  #hasTold = false;

  constructor(log: LogWriter, limit: Limit) {
    this.#log = log;
    this.#limit = limit;
  }

  message(conversation: Conversation, side: Side, message: DhcpMessage): void {
    const { now } = conversation;
    this.#expire(now, message.xid);
    const transaction = this.#transaction(conversation, message.xid);
    transaction.uids.add(uidText(conversation));
    transaction.types.push(TYPES[message.type - 1] ?? `unknown-message-type-${message.type}`);
    transaction.lastTime = now;
    const { options } = message;
    const isClient = side === 0 && isFromClient(conversation);
    if (options.message !== undefined) {
      transaction[isClient ? "clientMessage" : "serverMessage"] = options.message;
    }
    if (isClient) readRequest(transaction, message, conversation.originator);
    else {
      readReply(
        transaction,
        message,
        side === 0 ? conversation.originator : conversation.responder,
      );
    }
    if (transaction.uids.size < FLOWS_MAX && transaction.types.length < MESSAGES_MAX) return;
    this.#open.delete(message.xid);
    this.#write(transaction);
  }

  end(): void {
    for (const transaction of this.#open.values()) this.#finish(transaction);
    this.#open.clear();
  }

  #transaction(conversation: Conversation, xid: number): Transaction {
    const known = this.#open.get(xid);
    if (known !== undefined) return known;
    if (this.#open.size >= this.#limit.maximum) this.#dropOldest(conversation);
    const { now } = conversation;
    const transaction: Transaction = {
      xid,
      time: now,
      lastTime: now,
      nextCheck: now + FIRST_CHECK,
      uids: new Set(),
      types: [],
    };
    this.#open.set(xid, transaction);
    return transaction;
  }

  #dropOldest(conversation: Conversation): void {
    this.#limit.reached++;
    if (!this.#hasTold) {
      conversation.weird("DHCP_max_tracked_transactions_exceeded", String(this.#open.size));
    }
    this.#hasTold = true;
    const [oldest] = this.#open.values();
    if (oldest === undefined) return;
    this.#open.delete(oldest.xid);
    this.#finish(oldest);
  }

  /** Writes what stood still: the oldest ones, and that of the number at hand. */
  #expire(now: number, xid: number): void {
    const own = this.#open.get(xid);
    if (own !== undefined) this.#check(own, now);
    for (const transaction of this.#open.values()) {
      if (transaction.nextCheck > now || !this.#check(transaction, now)) break;
    }
  }

  /** True when the transaction is over and written. */
  #check(transaction: Transaction, now: number): boolean {
    if (transaction.nextCheck > now) return false;
    transaction.nextCheck = now + NEXT_CHECK;
    const isOver = now - transaction.lastTime > STILL_MAX || now - transaction.time > WATCHED_MAX;
    if (!isOver) return false;
    this.#open.delete(transaction.xid);
    this.#finish(transaction);
    return true;
  }

  #finish(transaction: Transaction): void {
    transaction.mac ??= transaction.clientHardware;
    this.#write(transaction);
  }

  #write(row: Transaction): void {
    this.#log
      .bareRow(row.time)
      .list("uids", [...row.uids])
      .address("client_addr", row.client)
      .address("server_addr", row.server)
      .text("mac", row.mac)
      .text("host_name", row.hostName)
      .text("client_fqdn", row.fqdn)
      .text("domain", row.domain)
      .address("requested_addr", wordsOf(row.requested))
      .address("assigned_addr", wordsOf(row.assigned))
      .interval("lease_time", row.leaseSeconds === undefined ? undefined : row.leaseSeconds * 1e9)
      .text("client_message", row.clientMessage)
      .text("server_message", row.serverMessage)
      .list("msg_types", row.types)
      .interval("duration", row.lastTime - row.time)
      .count("trans_id", row.xid)
      .text("vendor_class", row.vendorClass)
      .list("routers", row.routers)
      .list("dns_servers", row.nameServers)
      .address("relay_addr", wordsOf(row.relay));
  }
}

/** A server that broadcasts is the originator too. */
function isFromClient({ originator, originatorPort, responderPort }: Conversation): boolean {
  return isUnspecified(originator) || originatorPort === 68 || responderPort === 67;
}

function readRequest(row: Transaction, message: DhcpMessage, address: Int32Array): void {
  const { options } = message;
  if (!isUnspecified(address) && address[3] !== -1) row.client = address;
  if (options.hostName !== undefined) row.hostName = options.hostName;
  if (options.fqdn !== undefined) row.fqdn = options.fqdn;
  if (options.clientHardware !== undefined) row.mac = options.clientHardware;
  else row.clientHardware = message.hardware;
  if (options.requested !== undefined) row.requested = options.requested;
  if (options.vendorClass !== undefined) row.vendorClass = options.vendorClass;
  if (message.giaddr !== 0) row.relay = message.giaddr;
}

function readReply(row: Transaction, message: DhcpMessage, server: Int32Array): void {
  const { options, yiaddr } = message;
  if (yiaddr !== 0) row.server = server;
  if (row.mac === undefined && message.hardware !== "") row.mac = message.hardware;
  if (yiaddr !== 0) row.assigned = yiaddr;
  const given = wordsOf(row.assigned);
  if (given !== undefined) row.client ??= given;
  if (options.domain !== undefined) row.domain = options.domain;
  if (options.leaseSeconds !== undefined) row.leaseSeconds = options.leaseSeconds;
  if (options.routers !== undefined) row.routers = options.routers;
  if (options.nameServers !== undefined) row.nameServers = options.nameServers;
  if (message.giaddr !== 0) row.relay = message.giaddr;
}

function isUnspecified(words: Int32Array): boolean {
  return words[2] === 0xffff && words[3] === 0;
}

function wordsOf(address: number | undefined): Int32Array | undefined {
  return address === undefined ? undefined : Int32Array.of(0, 0, 0xffff, address);
}

function uidText({ uidHigh, uidLow }: Conversation): string {
  return formatUid((BigInt(uidHigh >>> 0) << 32n) | BigInt(uidLow >>> 0));
}
