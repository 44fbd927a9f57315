import { durationText, sizeText } from "../core/base/index.ts";

interface Step {
  readonly what: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly per_second: number;
  readonly seconds_left: number | null;
  readonly packets?: number;
  readonly flows?: number;
}

const PLAIN_EVERY_MS = 5000;

/** One line on stderr that renews itself; plain lines, seldom, where stderr is not a terminal. */
export class Progress {
  readonly #isTerminal = process.stderr.isTTY === true;
  #lastPlainMs = Date.now();
  #isShown = false;

  show(step: Step, name = ""): void {
    const line = `${name}${name && ": "}${describe(step)}`;
    if (this.#isTerminal) {
      process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      this.#isShown = true;
    } else if (Date.now() - this.#lastPlainMs >= PLAIN_EVERY_MS) {
      this.#lastPlainMs = Date.now();
      process.stderr.write(`${line}\n`);
    }
  }

  /** Clears the line, so that what comes next stands alone. */
  end(): void {
    if (this.#isShown) process.stderr.write("\r\x1b[2K");
    this.#isShown = false;
  }

  note(text: string): void {
    this.end();
    process.stderr.write(`${text}\n`);
  }
}

function describe(step: Step): string {
  const amount = (n: number): string =>
    step.unit === "bytes" ? sizeText(n) : `${n.toLocaleString("en")} ${step.unit}`;
  const share = step.total
    ? `${Math.min(100, Math.floor((step.done / step.total) * 100))} %, `
    : "";
  const of = step.total === null ? "" : ` of ${amount(step.total)}`;
  const left = step.seconds_left === null ? "" : `, ${durationText(step.seconds_left)} left`;
  const found =
    step.packets === undefined
      ? ""
      : `, ${step.packets.toLocaleString("en")} packets, ${step.flows?.toLocaleString("en")} connections`;
  return `${step.what}: ${share}${amount(step.done)}${of}, ${amount(step.per_second)}/s${left}${found}`;
}
