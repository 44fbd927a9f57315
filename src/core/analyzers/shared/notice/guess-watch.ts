import type { Limit } from "../../../base/index.ts";
import { addressText } from "../address-text.ts";
import type { LogWriter } from "../log-writer.ts";
import type { AnalyzerServices } from "../protocol.ts";
import { noticeSchema } from "./notice-events.ts";
import { writeHostNotice } from "./notices.ts";

/** What is told of somebody who guesses passwords. */
export interface GuessRule {
  readonly note: string;
  /** Failed logins within the window. */
  readonly threshold: Limit;
  readonly windowSeconds: number;
  says(source: string, failures: number): string;
}

interface Guesser {
  readonly since: number;
  failures: number;
  readonly samples: string[];
}

const SAMPLES_MAX = 5;

/** Counts failed logins by who tried, over all servers, and tells who guesses. */
export class GuessWatch {
  readonly #rule: GuessRule;
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #guessers = new Map<string, Guesser>();

  constructor(services: Pick<AnalyzerServices, "log" | "limit">, name: string, rule: GuessRule) {
    this.#log = services.log(noticeSchema);
    this.#limit = services.limit(`${name}.guessers`, 10_000);
    this.#rule = rule;
  }

  /** A login failed; addresses as four words, time in nanoseconds from the capture's base. */
  failed(now: number, source: Int32Array, server: Int32Array): void {
    const { note, threshold, windowSeconds, says } = this.#rule;
    const text = addressText(source);
    let guesser = this.#guessers.get(text);
    if (guesser === undefined || now - guesser.since > windowSeconds * 1e9) {
      if (guesser === undefined && this.#guessers.size >= this.#limit.maximum) {
        this.#limit.reached++;
        return;
      }
      guesser = { since: now, failures: 0, samples: [] };
      this.#guessers.set(text, guesser);
    }
    guesser.failures++;
    if (guesser.samples.length < SAMPLES_MAX) guesser.samples.push(addressText(server));
    if (guesser.failures !== threshold.maximum) return;
    threshold.reached++;
    const sub = `Sampled servers:  ${guesser.samples.join(", ")}`;
    writeHostNotice(this.#log, { note, message: says(text, guesser.failures), sub, source, now });
  }
}
