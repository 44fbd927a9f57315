import { InvalidArgumentError, Option } from "commander";
import { isCaseId } from "../core/base/index.ts";

/** What every question may say beside its text. */
export interface QuestionOptions {
  readonly case?: string;
  readonly relativeTo: "now" | "end";
}

/** `--case`, of every command that may be put to one case. */
export function caseOption(): Option {
  return new Option("--case <name>", "one case only").argParser(caseName);
}

/** `--relative-to`, of every command that takes a query. */
export function relativeToOption(): Option {
  return new Option("--relative-to <end>", "what 3h ago counts from: the clock or the record's end")
    .choices(["now", "end"])
    .default("now");
}

interface EndsOptions extends QuestionOptions {
  readonly kind: "ip" | "tcp" | "udp";
  readonly n: number;
}

/** `--kind` and `-n`, of questions about ends: `ends` says what they are. */
export function endsOptions(ends: string): Option[] {
  const kind = new Option("--kind <kind>", `${ends}, or with ports of one transport`)
    .choices(["ip", "tcp", "udp"])
    .default("ip");
  const most = new Option("-n <count>", "so many").argParser(count(GROUPS_MAX)).default(100);
  return [kind, most];
}

/** What these options say, as the operation's input. */
export function endsInput({ kind, n }: EndsOptions): object {
  return { kind, limit: n };
}

/** The most groups, conversations or endpoints that one answer has. */
export const GROUPS_MAX = 10_000;

/** The part of an operation's input that is the question itself. */
export function questionOf(words: readonly string[], own: QuestionOptions) {
  return { q: words.join(" "), relativeTo: own.relativeTo, ...ofCase(own) };
}

/** The case that was named, if one was. */
export function ofCase(own: { readonly case?: string }): { case?: string } {
  return own.case === undefined ? {} : { case: own.case };
}

/** Reads an option's whole number from 1 up. */
export function count(most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? "above 0" : `from 1 to ${most}`;
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`a whole number ${range} is meant`);
    return value;
  };
}

/** Reads an option's time in UTC, to the nanosecond, as nanoseconds since 1970. */
export function timeNs(text: string): string {
  const [, second, digits = ""] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$/.exec(text) ?? [];
  const ms = Date.parse(`${second?.replace(" ", "T")}Z`);
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError("a time in UTC is meant, such as 2026-03-10T02:00:00.5Z");
  }
  return String(BigInt(ms) * 1_000_000n + BigInt(digits.padEnd(9, "0")));
}

function caseName(text: string): string {
  if (isCaseId(text)) return text;
  throw new InvalidArgumentError(
    "a case is named by letters, digits, dot, dash and underscore, at most 64",
  );
}
