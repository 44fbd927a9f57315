import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import { parseLine } from "./template-parser.ts";

/** What all flows of the protocol share. */
export interface TemplateShared {
  readonly log: LogWriter;
  readonly lineBytes: Limit;
  readonly pendingQuestions: Limit;
}

/** One flow: questions wait for their answers, in order. */
export class TemplateAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: TemplateShared;
  readonly #stream: MessageStream;
  #questions: { readonly text: string; readonly time: number }[] = [];

  constructor(conversation: Conversation, shared: TemplateShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#stream = new MessageStream(this, { heldBytesMax: shared.lineBytes.maximum });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#stream.data(side, bytes, position)) return;
    this.#shared.lineBytes.reached++;
    this.#conversation.reject("a line is longer than any of the protocol");
  }

  gap(): void {
    // Which answer belongs to which question cannot be told any more.
    this.#conversation.done();
  }

  end(): void {
    for (const { text, time } of this.#questions) this.#write(text, time, undefined);
  }

  /** One line; 0 while it is not whole. */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    const line = parseLine(bytes);
    if (line === undefined) return 0;
    this.#line(side, line.bytes, position);
    return line.consumed;
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
}
