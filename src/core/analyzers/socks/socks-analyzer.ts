import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type ProxyTunnels,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import {
  parseLogin,
  parseSocks4Reply,
  parseSocks4Request,
  parseSocks5,
  type SocksAddress,
  type SocksResult,
} from "./socks-parser.ts";

/** What all flows of SOCKS share. */
export interface SocksShared {
  readonly log: LogWriter;
  readonly tunnels: ProxyTunnels;
  /** Bytes of one side that wait for the other. */
  readonly heldBytes: Limit;
}

/** Statuses of SOCKS 4 and of RFC 1928 6. */
const STATUSES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  4: {
    90: "succeeded",
    91: "general SOCKS server failure",
    92: "request failed because client is not running identd",
    93: "request failed because client's identd could not confirm the user ID string in the request",
  },
  5: {
    0: "succeeded",
    1: "general SOCKS server failure",
    2: "connection not allowed by ruleset",
    3: "Network unreachable",
    4: "Host unreachable",
    5: "Connection refused",
    6: "TTL expired",
    7: "Command not supported",
    8: "Address type not supported",
  },
};
const USER_AND_PASSWORD = 2;
const NOTHING_ACCEPTABLE = 255;

/** Where a side is in the dialogue; `login` is the negotiation in between (RFC 1929). */
type Stage = "greeting" | "login" | "message" | "payload";

/** SOCKS 4, 4A and 5 (RFC 1928); what it carries is found out by content. */
export class SocksAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: SocksShared;
  readonly #stages: [Stage, Stage] = ["greeting", "greeting"];
  readonly #stream: MessageStream;
  #version = 0;
  #method = NOTHING_ACCEPTABLE;
  #isConfirmed = false;
  #hasGreeted = false;
  #hasLogin = false;
  #startTime = -1;
  #user: string | undefined;
  #status: string | undefined;
  #request: SocksAddress | undefined;
  #bound: SocksAddress | undefined;

  constructor(conversation: Conversation, shared: SocksShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    // What one side says can set the other, which was ahead, free.
    const heldBytesMax = shared.heldBytes.maximum;
    this.#stream = new MessageStream(this, { heldBytesMax, takesTurns: true });
    if (conversation.isMidStream) this.#stream.close();
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (!this.#stream.data(side, bytes, position)) this.#shared.heldBytes.reached++;
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  finished(side: Side): void {
    this.#stream.finished(side);
  }

  end(): void {
    if (this.#isConfirmed) this.#write();
    this.#stream.end();
  }

  /** A side's next message, if it is its turn; behind the last everything is another protocol's. */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    const used = side === 0 ? this.#client(bytes) : this.#server(bytes);
    if (used < 0) {
      this.#stream.close();
      this.#conversation.reject("not SOCKS");
      return 0;
    }
    if (used === 0) return 0;
    this.#markMessage(side, position, used);
    if (this.#stages[0] === "payload" && this.#stages[1] === "payload") {
      this.#stream.giveTo(this.#conversation.innerByContent());
    }
    return used;
  }

  /** Bytes of the message that was read: 0 when there is none yet, below 0 when it is broken. */
  #client(bytes: Uint8Array): number {
    switch (this.#stages[0]) {
      case "greeting":
        return this.#greeting(bytes);
      case "login":
        return this.#login(bytes);
      case "message":
        return this.#take(bytes[0] === 5 ? parseSocks5(bytes) : "broken", (request) => {
          if (request.reserved !== 0 || request.code === 0 || request.code > 3) return false;
          this.#requested(request);
          return true;
        });
      case "payload":
        return 0;
    }
  }

  #greeting(bytes: Uint8Array): number {
    this.#version ||= bytes[0]!;
    if (this.#version === 4) {
      return this.#take(parseSocks4Request(bytes), (request) => {
        this.#requested(request);
        return true;
      });
    }
    if (this.#version !== 5) return -1;
    // The server is to choose a method before the client goes on.
    if (this.#hasGreeted) return 0;
    if (bytes.length < 2 || bytes.length < 2 + bytes[1]!) return 0;
    this.#hasGreeted = true;
    return 2 + bytes[1]!;
  }

  #login(bytes: Uint8Array): number {
    if (this.#hasLogin) return 0;
    if (this.#method !== USER_AND_PASSWORD) {
      this.#conversation.weird("socks5_unsupported_authentication_method", String(this.#method));
    } else if (bytes[0] !== 1) {
      const addl = `method ${this.#method}, version ${bytes[0]}`;
      this.#conversation.weird("socks5_unsupported_authentication", addl);
    } else {
      return this.#take(parseLogin(bytes), (user) => {
        this.#open();
        this.#user = user;
        this.#hasLogin = true;
        return true;
      });
    }
    this.#hasLogin = true;
    return bytes.length;
  }

  #server(bytes: Uint8Array): number {
    switch (this.#stages[1]) {
      case "greeting":
        return this.#version === 4 ? this.#reply4(bytes) : this.#choice(bytes);
      case "login":
        return this.#loginReply(bytes);
      case "message":
        return this.#take(bytes[0] === 5 ? parseSocks5(bytes) : "broken", (reply) => {
          this.#replied(5, reply.code, reply);
          return true;
        });
      case "payload":
        return 0;
    }
  }

  #choice(bytes: Uint8Array): number {
    if (bytes[0] !== 5 || !this.#hasGreeted) return -1;
    if (bytes.length < 2) return 0;
    this.#method = bytes[1]!;
    const isOpen = this.#method === 0 || this.#method === NOTHING_ACCEPTABLE;
    this.#stages[0] = isOpen ? "message" : "login";
    this.#stages[1] = this.#stages[0];
    return 2;
  }

  #loginReply(bytes: Uint8Array): number {
    let used = bytes.length;
    if (this.#method !== USER_AND_PASSWORD) {
      this.#conversation.weird("socks5_unsupported_authentication_method", String(this.#method));
    } else if (bytes[0] !== 1) {
      const addl = `method ${this.#method}, version ${bytes[0]}`;
      this.#conversation.weird("socks5_unsupported_authentication", addl);
    } else {
      if (bytes.length < 2) return 0;
      this.#open();
      this.#status = statusText(5, bytes[1]!);
      used = 2;
    }
    this.#stages[0] = "message";
    this.#stages[1] = "message";
    return used;
  }

  #reply4(bytes: Uint8Array): number {
    return this.#take(bytes[0] === 0 ? parseSocks4Reply(bytes) : "broken", (reply) => {
      this.#replied(4, reply.code, reply);
      return true;
    });
  }

  #take<T>(result: SocksResult<T>, use: (value: T) => boolean): number {
    if (result === "more") return 0;
    if (result === "broken" || !use(result.value)) return -1;
    return result.length;
  }

  #requested(request: SocksAddress): void {
    this.#open();
    this.#request = request;
    this.#stages[0] = "payload";
    this.#shared.tunnels.found(this.#conversation);
  }

  #replied(version: number, code: number, bound: SocksAddress): void {
    this.#open();
    this.#status = statusText(version, code);
    this.#bound = bound;
    this.#stages[1] = "payload";
    this.#isConfirmed = true;
    this.#conversation.confirm("socks");
  }

  #open(): void {
    if (this.#startTime < 0) this.#startTime = this.#conversation.now;
  }

  #markMessage(side: Side, position: number, length: number): void {
    const { trace } = this.#conversation;
    if (trace === undefined) return;
    const fields =
      this.#stages[side] !== "payload" ? ["user"] : side === 0 ? REQUEST_FIELDS : REPLY_FIELDS;
    for (const field of fields) trace.mark("socks", field, side, position, length);
  }

  #write(): void {
    this.#isConfirmed = false;
    const request = this.#request;
    const bound = this.#bound;
    this.#shared.log
      .row(this.#startTime, this.#conversation)
      .count("version", this.#version)
      .text("user", this.#user)
      .text("status", this.#status)
      .address("request.host", request?.host)
      .text("request.name", request?.name)
      .count("request_p", request?.port)
      .address("bound.host", bound?.host)
      .text("bound.name", bound?.name)
      .count("bound_p", bound?.port);
  }
}

const REQUEST_FIELDS = ["request.host", "request.name", "request_p"] as const;
const REPLY_FIELDS = ["status", "bound.host", "bound.name", "bound_p"] as const;

function statusText(version: number, code: number): string {
  return STATUSES[version]?.[code] ?? `unknown-${code}`;
}
