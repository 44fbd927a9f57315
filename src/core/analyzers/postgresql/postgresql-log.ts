import type { Conversation, LogWriter } from "../shared/index.ts";

/** A row that is being made: one step of client and server. */
export interface Step {
  readonly time: number;
  frontend?: string;
  frontendArgument?: string;
  backend?: string;
  backendArgument?: string;
  success?: boolean;
  rows?: number;
  completed?: string;
}

/** Rows of one connection: each has who logged in, once that is known. */
export class PostgresqlLog {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  #step: Step | undefined;
  user: string | undefined;
  database: string | undefined;
  application: string | undefined;
  serverVersion: string | undefined;

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#step !== undefined;
  }

  /** The step at hand, or a new one. */
  get step(): Step {
    return this.open();
  }

  open(): Step {
    this.#step ??= { time: this.#conversation.now };
    return this.#step;
  }

  addToBackend(name: string): void {
    const { step } = this;
    step.backend = step.backend === undefined ? name : `${step.backend},${name}`;
  }

  addArgument(text: string): void {
    const { step } = this;
    const before = step.backendArgument;
    step.backendArgument = before === undefined ? text : `${before},${text}`;
  }

  write(): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#step = undefined;
    this.#log
      .row(step.time, this.#conversation)
      .text("user", this.user)
      .text("database", this.database)
      .text("application_name", this.application)
      .text("frontend", step.frontend)
      .text("frontend_arg", step.frontendArgument)
      .text("backend", step.backend)
      .text("backend_arg", step.backendArgument)
      .bool("success", step.success)
      .count("rows", step.rows)
      .text("completed", step.completed)
      .text("server_version", this.serverVersion);
  }
}
