import type { Limit } from "../../base/index.ts";
import type { Conversation, LogWriter } from "../shared/index.ts";
import {
  DEREF_ALIASES,
  EXTENDED_NAMES,
  LDAP,
  OPERATION_NAMES,
  resultName,
  SCOPES,
} from "./ldap-names.ts";
import {
  BIND_SASL,
  BIND_SIMPLE,
  type LdapMessage,
  type Search,
  SICILY_NEGOTIATE,
  SICILY_RESPONSE,
} from "./ldap-parser.ts";

/** What all flows of LDAP share. */
export interface LdapShared {
  readonly log: LogWriter;
  readonly searchLog: LogWriter;
  readonly messageBytes: Limit;
  readonly filterTerms: Limit;
  readonly pendingMessages: Limit;
  readonly pendingSearches: Limit;
}

/** An operation that waits for its answer: texts by the name of their field. */
interface Operation {
  readonly id: number;
  readonly time: number;
  version?: number | undefined;
  found: number;
  search?: Search;
  readonly texts: Map<string, string>;
}

const SIMPLE_BIND = "bind simple";
const BINDS: Readonly<Record<number, string>> = {
  [BIND_SIMPLE]: SIMPLE_BIND,
  [BIND_SASL]: "bind SASL",
  [SICILY_NEGOTIATE]: "sicily_negotiate",
  [SICILY_RESPONSE]: "sicily_response",
};
/** Behind these nothing more comes of an operation. */
const FINAL: ReadonlySet<number> = new Set([
  LDAP.bindResponse,
  LDAP.unbindRequest,
  LDAP.modifyResponse,
  LDAP.addResponse,
  LDAP.deleteResponse,
  LDAP.modifyDnResponse,
  LDAP.compareResponse,
  LDAP.abandonRequest,
  LDAP.extendedResponse,
]);
const MESSAGE_FIELDS = [
  "opcode",
  "result",
  "diagnostic_message",
  "object",
  "argument",
  "target",
] as const;
const SEARCH_FIELDS = [
  "scope",
  "deref_aliases",
  "base_object",
  "result",
  "diagnostic_message",
  "filter",
] as const;

/** Pairs requests with responses by their number, and writes a row for each operation. */
export class LdapOperations {
  readonly #conversation: Conversation;
  readonly #shared: LdapShared;
  readonly #messages = new Map<number, Operation>();
  readonly #searches = new Map<number, Operation>();

  constructor(conversation: Conversation, shared: LdapShared) {
    this.#conversation = conversation;
    this.#shared = shared;
  }

  take(message: LdapMessage): void {
    switch (message.operation) {
      case LDAP.searchRequest:
        this.#search(message);
        break;
      case LDAP.searchResultEntry:
        this.#openSearch(message.id).found++;
        break;
      case LDAP.searchResultDone: {
        const search = this.#openSearch(message.id);
        this.#setResult(search, message, "search");
        this.#writeSearch(search);
        this.#searches.delete(message.id);
        break;
      }
      case LDAP.searchResultReference:
        break;
      default:
        this.#message(message);
    }
  }

  end(): void {
    this.#flushMessages();
    this.#flushSearches();
  }

  #message(message: LdapMessage): void {
    const { operation: code, id, bind } = message;
    const operation = this.#openMessage(id);
    const { texts } = operation;
    if (bind !== undefined) {
      operation.version ??= message.version;
      const before = texts.get("opcode");
      if (before !== undefined) this.#conversation.weird("LDAP_bind_opcode_already_set", before);
      const name = BINDS[bind.method];
      if (name === undefined) {
        this.#conversation.weird("LDAP_unknown_auth_type", String(bind.method));
      }
      texts.set("opcode", name ?? String(bind.method));
    }
    const name = OPERATION_NAMES[code]!;
    if (name !== "bind") this.#set(operation, "opcode", name, "message");
    else if (!texts.has("opcode")) {
      this.#conversation.weird("LDAP_bind_without_opcode", `${id}: ${name}`);
      texts.set("opcode", name);
    }
    this.#setResult(operation, message, "message");
    if (message.object) {
      this.#set(operation, "object", message.object, "message");
      if (code === LDAP.extendedRequest) {
        texts.set(
          "object",
          `${message.object} (${EXTENDED_NAMES.get(message.object) ?? "unknown"})`,
        );
      }
    }
    if (message.target) texts.set("target", message.target);
    const argument = argumentOf(message);
    if (argument) this.#set(operation, "argument", argument, "message");
    if (!FINAL.has(code)) return;
    this.#writeMessage(operation);
    this.#messages.delete(id);
  }

  #search({ id, search: asked }: LdapMessage): void {
    const search = this.#openSearch(id);
    if (asked === undefined) return;
    const { scope, deref } = asked;
    const named = (names: readonly string[], number: number | undefined): string =>
      names[number ?? -1] ?? "unknown";
    this.#set(search, "scope", named(SCOPES, scope), "search");
    this.#set(search, "deref_aliases", named(DEREF_ALIASES, deref), "search");
    if (asked.base !== "") this.#set(search, "base_object", asked.base, "search");
    this.#set(search, "filter", asked.filter, "search");
    search.search = asked;
  }

  #setResult(operation: Operation, message: LdapMessage, kind: "message" | "search"): void {
    if (message.result !== undefined) {
      this.#set(operation, "result", resultName(message.result), kind);
    }
    if (message.diagnostic) this.#set(operation, "diagnostic_message", message.diagnostic, kind);
  }

  /** Sets a text; one that was set otherwise before is a weird of Zeek's. */
  #set(operation: Operation, field: string, text: string, kind: "message" | "search"): void {
    const before = operation.texts.get(field);
    if (before !== undefined && before !== text) {
      this.#conversation.weird(
        `LDAP_${kind}_${field}_change`,
        `${operation.id}: ${before} -> ${text}`,
      );
    }
    operation.texts.set(field, text);
  }

  #openMessage(id: number): Operation {
    const { pendingMessages: limit } = this.#shared;
    const known = this.#messages.get(id);
    if (known !== undefined) return known;
    if (limit.maximum > 0 && this.#messages.size >= limit.maximum) {
      limit.reached++;
      const count = String(this.#messages.size);
      this.#conversation.weird("LDAP_max_pending_messages_exceeded", count);
      this.#flushMessages();
    }
    return this.#add(this.#messages, id);
  }

  #openSearch(id: number): Operation {
    const { pendingSearches: limit } = this.#shared;
    const known = this.#searches.get(id);
    if (known !== undefined) return known;
    if (limit.maximum > 0 && this.#searches.size >= limit.maximum) {
      limit.reached++;
      const count = String(this.#searches.size);
      this.#conversation.weird("LDAP_max_pending_searches_exceeded", count);
      this.#flushSearches();
    }
    return this.#add(this.#searches, id);
  }

  #add(pending: Map<number, Operation>, id: number): Operation {
    const operation = { id, time: this.#conversation.now, found: 0, texts: new Map() };
    pending.set(id, operation);
    return operation;
  }

  // Number 0 is kept for notices of the server (RFC 4511 4.4), which nobody asked for.
  #flushMessages(): void {
    for (const operation of this.#messages.values()) {
      if (operation.id > 0) this.#writeMessage(operation);
    }
    this.#messages.clear();
  }

  #flushSearches(): void {
    for (const search of this.#searches.values()) if (search.id > 0) this.#writeSearch(search);
    this.#searches.clear();
  }

  #writeMessage(operation: Operation): void {
    const row = this.#shared.log
      .row(operation.time, this.#conversation)
      .count("message_id", operation.id)
      .count("version", operation.version && Math.min(operation.version, 0xffffffff));
    for (const field of MESSAGE_FIELDS) row.text(field, operation.texts.get(field));
  }

  #writeSearch(search: Operation): void {
    const asked = search.search;
    const bounded = (limit: number | undefined): number | undefined =>
      limit === undefined ? undefined : Math.min(limit, 0xffffffff);
    const row = this.#shared.searchLog
      .row(search.time, this.#conversation)
      .count("message_id", search.id)
      .count("result_count", search.found)
      .list("requested_attributes", asked?.attributes)
      .count("size_limit", bounded(asked?.sizeLimit))
      .count("time_limit", bounded(asked?.timeLimit))
      .bool("types_only", asked?.typesOnly);
    for (const field of SEARCH_FIELDS) row.text(field, search.texts.get(field));
  }
}

/** What a row tells of how a bind proves who it is: never a password. */
function argumentOf({ bind, argument }: LdapMessage): string | undefined {
  if (bind === undefined) return argument;
  switch (bind.method) {
    case BIND_SIMPLE:
      return bind.credentials.length > 0 ? "REDACTED" : undefined;
    case SICILY_NEGOTIATE:
    case SICILY_RESPONSE:
      return bind.credentials.length > 0 ? "NTLMSSP" : undefined;
    default:
      return bind.mechanism;
  }
}
