import type { Limit } from "../../base/index.ts";
import type { Conversation, LogWriter } from "../shared/index.ts";
import type { RedisCommand } from "./redis-commands.ts";
import type { RedisReply } from "./redis-replies.ts";

interface Pair {
  readonly time: number;
  command?: RedisCommand;
  reply?: string;
  success?: boolean;
}

/** Numbers of commands that get no reply, because of `CLIENT REPLY`; open until it is turned on. */
interface Silence {
  readonly begin: number;
  end: number | undefined;
}

const SUBSCRIBING: ReadonlySet<string> = new Set(["psubscribe", "ssubscribe", "subscribe"]);
/** What answers these comes whenever there is something. */
const UNANSWERED: ReadonlySet<string> = new Set([
  ...SUBSCRIBING,
  "punsubscribe",
  "sunsubscribe",
  "unsubscribe",
]);
/** Silences that are ahead of the replies; more could only be asked for to waste time. */
const SILENCES_MAX = 64;

/** Pairs commands with replies by counting both: RESP has no numbers. */
export class RedisPairs {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #limit: Limit;
  #pending = new Map<number, Pair>();
  #commands = 0;
  #replies = 0;
  #silences: Silence[] = [];
  #skipped = new Set<number>();
  #isSubscribed = false;
  #isVersion3 = false;

  constructor(conversation: Conversation, log: LogWriter, limit: Limit) {
    this.#conversation = conversation;
    this.#log = log;
    this.#limit = limit;
  }

  command(command: RedisCommand): void {
    if (this.#pending.size > this.#limit.maximum) {
      this.#limit.reached++;
      const addl = `${this.#pending.size} > ${this.#limit.maximum}`;
      this.#conversation.weird("Redis_excessive_pipelining", addl);
      this.#forget();
      return;
    }
    this.#commands++;
    const { known } = command;
    if (known === "hello" && command.words[1] === "3") this.#isVersion3 = true;
    if (known !== undefined) {
      if (!this.#isVersion3) this.#isSubscribed = SUBSCRIBING.has(known);
      if (UNANSWERED.has(known) || this.#isSubscribed) this.#skipped.add(this.#commands);
      if (known === "client" && command.wordCount === 3) this.#silence(command.words[2]!);
    }
    this.#pair(this.#commands).command = command;
  }

  reply(reply: RedisReply): void {
    if (reply.kind === "push") return;
    if (reply.kind === "reply") {
      if (reply.isVersion3) {
        this.#isVersion3 = true;
        this.#isSubscribed = false;
      }
      if (this.#isSubscribed) return;
    }
    const before = this.#replies;
    this.#replies = this.#nextReply();
    const pair = this.#pair(this.#replies);
    pair.reply = reply.text;
    pair.success = reply.kind === "reply";
    for (let number = Math.max(1, before); number < this.#replies; number++) {
      const passed = this.#pending.get(number);
      if (passed?.command !== undefined) this.#write(number, passed);
    }
    if (pair.command !== undefined) this.#write(this.#replies, pair);
    if (this.#commands === this.#replies) this.#skipped.clear();
  }

  end(): void {
    if (this.#replies === 0) return;
    for (const [number, pair] of this.#pending) this.#write(number, pair);
  }

  #pair(number: number): Pair {
    let pair = this.#pending.get(number);
    if (pair === undefined) {
      pair = { time: this.#conversation.now };
      this.#pending.set(number, pair);
    }
    return pair;
  }

  #silence(word: string): void {
    const last = this.#silences.at(-1);
    const isOpen = last !== undefined && last.end === undefined;
    const begin = this.#commands;
    switch (word.toLowerCase()) {
      case "on":
        if (isOpen) last.end = begin;
        break;
      case "off":
        if (!isOpen) this.#addSilence({ begin, end: undefined });
        break;
      case "skip":
        // This one and the next get no reply.
        if (!isOpen) this.#addSilence({ begin, end: begin + 2 });
        break;
    }
  }

  #addSilence(silence: Silence): void {
    if (this.#silences.length < SILENCES_MAX) this.#silences.push(silence);
  }

  #nextReply(): number {
    const next = this.#replies + 1;
    let number = next;
    for (const { begin, end } of this.#silences) {
      if (end !== undefined && next >= begin && next < end) number = end;
    }
    while (this.#skipped.delete(number)) number++;
    if (this.#silences.length > 0) {
      this.#silences = this.#silences.filter(({ end }) => end === undefined || end > number);
    }
    return number;
  }

  #forget(): void {
    this.#pending = new Map();
    this.#skipped = new Set();
    this.#silences = [];
    this.#commands = 0;
    this.#replies = 0;
    this.#isSubscribed = false;
    this.#isVersion3 = false;
  }

  #write(number: number, { time, command, reply, success }: Pair): void {
    this.#pending.delete(number);
    this.#log
      .row(time, this.#conversation)
      .text("cmd.name", command?.name)
      .text("cmd.key", command?.key)
      .text("cmd.value", command?.value)
      .bool("success", success)
      .text("reply.value", reply);
  }
}
