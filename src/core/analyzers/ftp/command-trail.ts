import type { Conversation, LogWriter } from "../shared/index.ts";

/** Characters of all replies to one command that are kept, and of its argument. */
const TEXT_MAX = 4096;
const REPLIES_MAX = 100;

/** Writes every command with its replies, in the order they came. */
export class CommandTrail {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  #time = 0;
  #command: string | undefined;
  #argument = "";
  #user = "";
  #codes: string[] = [];
  #replies: string[] = [];
  #length = 0;
  #isCut = false;
  #channel: { port: number; isPassive: boolean } | undefined;

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
  }

  /** Another command: the one before is over. */
  command(command: string, argument: string, user: string): void {
    this.end(user);
    this.#command = command;
    this.#argument = argument;
    this.#time = this.#conversation.now;
  }

  /** A line of a reply; without a code it goes on with the one before. */
  reply(code: number, text: string): void {
    if (this.#command === undefined) return;
    const room = Math.max(0, TEXT_MAX - this.#length);
    if (this.#replies.length >= REPLIES_MAX || text.length > room) this.#isCut = true;
    if (this.#replies.length >= REPLIES_MAX) return;
    if (code !== 0) this.#codes.push(String(code));
    this.#replies.push(text.slice(0, room));
    this.#length += Math.min(text.length, room);
  }

  channel(port: number, isPassive: boolean): void {
    this.#channel = { port, isPassive };
  }

  end(user: string): void {
    this.#user = user;
    const command = this.#command;
    if (command === undefined) return;
    this.#command = undefined;
    const argument = this.#argument;
    this.#log
      .row(this.#time, this.#conversation)
      .text("user", this.#user === "<unknown>" ? undefined : this.#user)
      .text("command", command)
      .text("arg", argument === "" ? undefined : argument.slice(0, TEXT_MAX))
      .list("reply_codes", this.#codes)
      .list("replies", this.#replies)
      .count("data_port", this.#channel?.port)
      .bool("passive", this.#channel?.isPassive)
      .bool("command_truncated", argument.length > TEXT_MAX)
      .bool("reply_truncated", this.#isCut);
    this.#codes = [];
    this.#replies = [];
    this.#length = 0;
    this.#isCut = false;
    this.#channel = undefined;
  }
}
