import type { Limit } from "../../base/index.ts";
import type { Conversation, LogWriter, Session, Side } from "../shared/index.ts";
import { CommandReader } from "./redis-commands.ts";
import { RedisPairs } from "./redis-pairs.ts";
import { ReplyReader } from "./redis-replies.ts";
import { RespTokens } from "./resp-tokens.ts";

/** What all flows of Redis share. */
export interface RedisShared {
  readonly log: LogWriter;
  readonly pendingCommands: Limit;
  readonly elements: Limit;
  readonly lineBytes: Limit;
  /** Bytes of a value that are kept, as Zeek's `Redis::max_value_size`. */
  readonly valueBytes: Limit;
}

/** Redis (RESP 2 and 3): commands and their replies. */
export class RedisAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #pairs: RedisPairs;
  readonly #sides: readonly [RespTokens, RespTokens];
  readonly #starts: [number, number] = [0, 0];
  #position = 0;
  #hasCommand = false;
  #isConfirmed = false;
  #isPast: boolean;

  constructor(conversation: Conversation, shared: RedisShared) {
    this.#conversation = conversation;
    this.#isPast = conversation.isMidStream;
    this.#pairs = new RedisPairs(conversation, shared.log, shared.pendingCommands);
    const commands = new CommandReader(shared, (command) => {
      this.#hasCommand = true;
      for (const field of ["cmd.name", "cmd.key", "cmd.value"]) this.#mark(field, 0);
      this.#pairs.command(command);
    });
    const replies = new ReplyReader(shared, (reply) => {
      if (!this.#isConfirmed) conversation.confirm("redis");
      this.#isConfirmed = true;
      for (const field of ["success", "reply.value"]) this.#mark(field, 1);
      this.#pairs.reply(reply);
    });
    const options = {
      lineBytes: shared.lineBytes,
      valueBytesMax: shared.valueBytes.maximum,
    };
    this.#sides = [new RespTokens(commands, options), new RespTokens(replies, options)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isPast) return;
    this.#position = position + bytes.length;
    // A server speaks only when it was asked.
    const isInTurn = side === 0 || this.#hasCommand;
    if (isInTurn && this.#sides[side].feed(bytes)) return;
    this.#isPast = true;
    // What was asked once it was known for Redis has its row, whatever came behind it.
    this.end();
    this.#conversation.reject("not RESP");
  }

  gap(): void {
    this.#isPast = true;
  }

  end(): void {
    this.#pairs.end();
  }

  /** From where the last message ended to the end of the piece at hand. */
  #mark(field: string, side: Side): void {
    const { trace } = this.#conversation;
    if (trace === undefined) return;
    const start = this.#starts[side];
    trace.mark("redis", field, side, start, this.#position - start);
    if (field === "cmd.value" || field === "reply.value") this.#starts[side] = this.#position;
  }
}
