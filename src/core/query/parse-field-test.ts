import type { Field, LogSchema } from "../events/index.ts";
import { findField, isOrdered, isTextual } from "./fields.ts";
import {
  type Comparison,
  type FieldReference,
  QUERY_PATTERN_CHARACTERS_MAX,
  QUERY_SET_ITEMS_MAX,
  type QueryNode,
  type QueryTime,
  type QueryValue,
  type SetItem,
} from "./query-tree.ts";
import type { QueryFault, TokenStream } from "./token-stream.ts";
import { readDuration, readValue } from "./values.ts";

type Parsed = QueryNode | QueryFault;
interface Scope {
  readonly logs: readonly LogSchema[];
  readonly asked?: string | undefined;
  readonly now: QueryTime;
}
interface Subject {
  readonly reference: FieldReference;
  readonly field: Field;
}

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** Reads a condition on a log field: comparison, set, pattern or existence. */
export function parseFieldTest(stream: TokenStream, scope: Scope): Parsed {
  const isHas = stream.peek().text === "has" && !stream.isFieldAhead();
  if (isHas) stream.next();
  const name = stream.next();
  if (name.kind !== "word") {
    return stream.faultAt(name, "a field's name is missing", "write for example has conn.service");
  }
  const found = findField(name.text, scope.logs, scope.asked);
  if (found.status === "error") return stream.faultAt(name, found.message, found.hint);
  const subject: Subject = { reference: found.reference, field: found.field };
  if (isHas) return { op: "exists", field: subject.reference };
  const operator = stream.next();
  if (operator.kind === "operator" && operator.text === "?") {
    return { op: "exists", field: subject.reference };
  }
  if (operator.text === "~") return parsePattern(stream, subject);
  if (operator.kind === "word" && operator.text === "in")
    return parseSet(stream, subject, scope.now);
  const comparison = operator.text === "=" ? "==" : operator.text;
  if (operator.kind !== "operator" || !COMPARISONS.has(comparison)) {
    const hint = `write ${name.text} == …, ${name.text} in {…} or has ${name.text}`;
    return stream.faultAt(operator, `what should hold of ${name.text}?`, hint);
  }
  if (comparison !== "==" && comparison !== "!=" && !isOrdered(subject.field)) {
    const message = `${name.text} has no order`;
    return stream.faultAt(operator, message, "use == or != or in {…}");
  }
  const value = parseValue(stream, subject.field, scope.now);
  if ("error" in value) return value;
  return {
    op: "compare",
    field: subject.reference,
    comparison: comparison as Comparison,
    value,
  };
}

function parseValue(stream: TokenStream, field: Field, now: QueryTime): QueryValue | QueryFault {
  const token = stream.next();
  if (token.kind !== "word" && token.kind !== "string") {
    return stream.faultAt(token, "a value is missing", `compare ${field.name} with something`);
  }
  if (field.kind === "time" && readDuration(token.text) !== undefined) {
    if (stream.peek().text !== "ago") {
      return stream.fault("a duration is not a time", `write ${token.text} ago`);
    }
    stream.next();
  }
  const read = readValue(token.text, field, now);
  return read.status === "ok" ? read.value : stream.faultAt(token, read.message, read.hint);
}

function parseSet(stream: TokenStream, { reference, field }: Subject, now: QueryTime): Parsed {
  const open = stream.next();
  if (open.text !== "{") return stream.faultAt(open, "a set is missing", "write in {80, 443}");
  const items: SetItem[] = [];
  for (;;) {
    if (items.length >= QUERY_SET_ITEMS_MAX) {
      return stream.fault(`more than ${QUERY_SET_ITEMS_MAX} values`, "ask for fewer at once");
    }
    const item = parseItem(stream, field, now);
    if ("error" in item) return item;
    items.push(item);
    const separator = stream.next();
    if (separator.text === "}") return { op: "in", field: reference, items };
    if (separator.text !== ",") {
      return stream.faultAt(
        separator,
        "the set is not closed",
        "separate values by , and close with }",
      );
    }
  }
}

function parseItem(stream: TokenStream, field: Field, now: QueryTime): SetItem | QueryFault {
  const token = stream.peek();
  const range = /^(\d[\w.]*)-(\d[\w.]*)$/.exec(token.text);
  if (range === null || field.kind === "time" || !isOrdered(field)) {
    const value = parseValue(stream, field, now);
    return "error" in value ? value : { first: value };
  }
  stream.next();
  const ends = [range[1]!, range[2]!].map((text) => readValue(text, field, now));
  const [first, last] = ends;
  if (first?.status !== "ok" || last?.status !== "ok") {
    const bad = ends.find((end) => end.status === "error");
    return stream.faultAt(token, bad?.message ?? "not a range", bad?.hint ?? "write 8000-8999");
  }
  return { first: first.value, last: last.value };
}

function parsePattern(stream: TokenStream, { reference, field }: Subject): Parsed {
  const token = stream.next();
  if (!isTextual(field)) {
    return stream.faultAt(token, `${field.name} is not text`, "compare it with == or in {…}");
  }
  if (token.kind !== "string" && token.kind !== "word") {
    return stream.faultAt(token, "a pattern is missing", 'write ~ "^S" or ~ *.example.com');
  }
  const pattern = token.text;
  if (pattern.length > QUERY_PATTERN_CHARACTERS_MAX) {
    const message = `the pattern is longer than ${QUERY_PATTERN_CHARACTERS_MAX} characters`;
    return stream.faultAt(token, message, "make it shorter");
  }
  // Unquoted it is a glob (*.example.com), quoted a regular expression.
  if (token.kind === "word") return { op: "matches", field: reference, style: "glob", pattern };
  const fault = patternFault(pattern);
  if (fault !== undefined) return stream.faultAt(token, fault, "see RE2's syntax");
  return { op: "matches", field: reference, style: "regex", pattern };
}

/** What the index's regular expressions (RE2) do not have, in words. */
function patternFault(pattern: string): string | undefined {
  if (/\(\?[=!<]/.test(pattern)) return "look-around is not possible in a pattern";
  if (/\\[1-9]/.test(pattern)) return "back-references are not possible in a pattern";
  for (const [, low, high] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Number(low) > 1000 || Number(high) > 1000) return "a repetition is over 1000";
  }
  try {
    new RegExp(pattern, "u");
    return undefined;
  } catch (error) {
    // The only way to ask the language whether a pattern is one.
    return error instanceof Error ? error.message.toLowerCase() : "not a regular expression";
  }
}
