import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import { parseLine } from "./template-parser.ts";

/** What all flows of the protocol share. */
export interface TemplateShared {
  readonly log: LogWriter;
  readonly lineBytes: Limit;
  readonly pendingQuestions: Limit;
}

/** One flow: questions wait for their answers, in order. */
export class TemplateAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: TemplateShared;
  readonly #buffers: readonly [StreamBuffer, StreamBuffer];
  #questions: { readonly text: string; readonly time: number }[] = [];

  constructor(conversation: Conversation, shared: TemplateShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    const { maximum } = shared.lineBytes;
    this.#buffers = [new StreamBuffer(maximum), new StreamBuffer(maximum)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes, position)) {
      this.#tooLong();
      return;
    }
    for (let line = parseLine(buffer.bytes); line; line = parseLine(buffer.bytes)) {
      this.#line(side, line.bytes, buffer.position);
      buffer.consume(line.consumed);
    }
    if (!buffer.keep()) this.#tooLong();
  }

  gap(): void {
    // Which answer belongs to which question cannot be told any more.
    this.#conversation.done();
  }

  end(): void {
    for (const { text, time } of this.#questions) this.#write(text, time, undefined);
  }

  #line(side: Side, bytes: Uint8Array, position: number): void {
    const { trace } = this.#conversation;
    const text = bytesToText(bytes);
    trace?.mark("template", side === 0 ? "question" : "answer", side, position, bytes.length);
    if (side === 0) {
      const { pendingQuestions } = this.#shared;
      if (this.#questions.length >= pendingQuestions.maximum) {
        pendingQuestions.reached++;
        this.#conversation.weird("template_too_many_questions");
        this.#conversation.done();
        return;
      }
      this.#questions.push({ text, time: this.#conversation.now });
      return;
    }
    const question = this.#questions.shift();
    if (question === undefined) return;
    // A service's name stands in `SERVICES`; this one is a protocol of lines too.
    this.#conversation.confirm("finger");
    this.#write(question.text, question.time, text);
  }

  #write(question: string, time: number, answer: string | undefined): void {
    this.#shared.log
      .row(time, this.#conversation)
      .text("question", question)
      .text("answer", answer);
  }

  #tooLong(): void {
    this.#shared.lineBytes.reached++;
    this.#conversation.reject("a line is longer than any of the protocol");
  }
}
