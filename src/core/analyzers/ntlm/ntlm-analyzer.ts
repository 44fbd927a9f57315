import type { Limit } from "../../base/index.ts";
import {
  addressText,
  type CarriedOutcome,
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";
import type { LogonPairs } from "./logon-pairs.ts";
import { type NtlmMessage, type PlacedText, parseNtlm } from "./ntlm-parser.ts";

/** What all flows share. */
export interface NtlmShared {
  readonly log: LogWriter;
  /** Users that are kept of one connection. */
  readonly users: Limit;
  readonly pairs: LogonPairs;
  /** Connections at work: several sessions of one (SMB and its pipes) add to the same row. */
  readonly connections: Map<string, NtlmConnection>;
}

/** What is known of the logons of one connection. */
export interface NtlmConnection {
  sessions: number;
  startTime: number;
  isWritten: boolean;
  user: string | undefined;
  domain: string | undefined;
  host: string | undefined;
  computer: string | undefined;
  dnsComputer: string | undefined;
  tree: string | undefined;
  serverDomain: string | undefined;
  version: number | undefined;
  success: boolean | undefined;
  status: string | undefined;
  users: string[];
  /** Who waits for an answer. */
  asking: string | undefined;
}

/** NTLM (MS-NLMP) inside whatever carries it; each `data` is one whole message. */
export class NtlmAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: NtlmShared;
  readonly #key: string;
  #connection: NtlmConnection | undefined;

  constructor(conversation: Conversation, shared: NtlmShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#key = `${conversation.uidHigh}:${conversation.uidLow}`;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    const message = parseNtlm(bytes);
    if (message === undefined) return;
    this.#conversation.confirm("ntlm");
    if (message.kind === "other") return;
    const connection = this.#join();
    if (message.kind === "challenge") this.#challenge(connection, message, { side, position });
    if (message.kind === "authenticate") this.#logon(connection, message, { side, position });
  }

  outcome({ success, status }: CarriedOutcome): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (status !== undefined) connection.status = status;
    this.#answer(connection, status ?? (success === true ? "SUCCESS" : "rejected"));
    if (success === undefined) return;
    connection.success = success;
    if (!connection.isWritten) this.#write(connection);
  }

  end(): void {
    const connection = this.#connection;
    if (connection === undefined || --connection.sessions > 0) return;
    this.#shared.connections.delete(this.#key);
    this.#answer(connection, "no answer seen");
    if (!connection.isWritten) this.#write(connection);
  }

  /** The connection's state, which another session of the same flow may have begun. */
  #join(): NtlmConnection {
    if (this.#connection !== undefined) return this.#connection;
    const { connections } = this.#shared;
    let connection = connections.get(this.#key);
    if (connection === undefined) {
      connection = createConnection(this.#conversation.now);
      connections.set(this.#key, connection);
    }
    connection.sessions++;
    this.#connection = connection;
    return connection;
  }

  #challenge(
    connection: NtlmConnection,
    message: NtlmMessage & { kind: "challenge" },
    from: { side: Side; position: number },
  ): void {
    const { computer, dnsComputer, tree, domain } = message;
    if (computer !== undefined) connection.computer = computer.text;
    if (dnsComputer !== undefined) connection.dnsComputer = dnsComputer.text;
    if (tree !== undefined) connection.tree = tree.text;
    if (domain !== undefined) connection.serverDomain = domain.text;
    this.#mark("server_nb_computer_name", computer, from);
    this.#mark("server_dns_computer_name", dnsComputer, from);
    this.#mark("server_tree_name", tree, from);
  }

  #logon(
    connection: NtlmConnection,
    message: NtlmMessage & { kind: "authenticate" },
    from: { side: Side; position: number },
  ): void {
    const { user, domain, workstation } = message;
    if (user !== undefined) connection.user = user.text;
    if (domain !== undefined) connection.domain = domain.text;
    if (workstation !== undefined) connection.host = workstation.text;
    // MS-NLMP 2.2.2.6: the response of version 1 has 24 bytes, that of version 2 more.
    if (message.responseBytes >= 24) connection.version = message.responseBytes === 24 ? 1 : 2;
    this.#mark("username", user, from);
    this.#mark("domainname", domain, from);
    this.#mark("hostname", workstation, from);
    this.#answer(connection, "no answer seen");
    connection.asking = accountName(user?.text, domain?.text);
    if (user !== undefined) this.#conversation.loggedOn?.(connection.asking);
    this.#seeCoercion(from.side, connection.asking);
  }

  /** The user that asked gets an answer; nobody is kept beyond the limit. */
  #answer(connection: NtlmConnection, answer: string): void {
    const { asking } = connection;
    if (asking === undefined) return;
    connection.asking = undefined;
    const { users } = this.#shared;
    if (connection.users.length >= users.maximum) users.reached++;
    else connection.users.push(`${asking} ${answer}`);
  }

  /** A host that logs on to somebody who logged on to it just before was made to do it. */
  #seeCoercion(side: Side, account: string): void {
    const conversation = this.#conversation;
    const { originator, responder, now } = conversation;
    const [client, server] = side === 0 ? [originator, responder] : [responder, originator];
    const isHost = account.endsWith("$");
    if (!this.#shared.pairs.see(client, server, { now, isHost })) return;
    conversation.notice(
      "Lateral::Coerced_Authentication",
      `${addressText(client)} logs on with its machine account ${account} to ` +
        `${addressText(server)}, which logged on to it just before: it was made to do so`,
      account,
    );
  }

  #mark(field: string, text: PlacedText | undefined, from: { side: Side; position: number }): void {
    if (text === undefined) return;
    this.#conversation.trace?.mark("ntlm", field, from.side, from.position + text.at, text.length);
  }

  #write(connection: NtlmConnection): void {
    connection.isWritten = true;
    this.#shared.log
      .row(connection.startTime, this.#conversation)
      .text("username", connection.user)
      .text("hostname", connection.host)
      .text("domainname", connection.domain)
      .text("server_nb_computer_name", connection.computer)
      .text("server_dns_computer_name", connection.dnsComputer)
      .text("server_tree_name", connection.tree)
      .bool("success", connection.success)
      .text("status", connection.status)
      .text("server_domain", connection.serverDomain)
      .count("ntlm_version", connection.version)
      .list("users", connection.users.length > 0 ? connection.users : undefined);
  }
}

function accountName(user: string | undefined, domain: string | undefined): string {
  const name = user ?? "anonymous";
  return domain === undefined ? name : `${domain}\\${name}`;
}

function createConnection(now: number): NtlmConnection {
  return {
    sessions: 0,
    startTime: now,
    isWritten: false,
    user: undefined,
    domain: undefined,
    host: undefined,
    computer: undefined,
    dnsComputer: undefined,
    tree: undefined,
    serverDomain: undefined,
    version: undefined,
    success: undefined,
    status: undefined,
    users: [],
    asking: undefined,
  };
}
