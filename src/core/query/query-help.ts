import type { Field, LogSchema } from "../events/index.ts";
import { findField, isOrdered, isTextual } from "./fields.ts";
import { type Token, tokenize } from "./tokens.ts";

/** One way to go on with a query. */
export interface HelpCandidate {
  readonly kind: "keyword" | "field" | "operator" | "value";
  readonly text: string;
  readonly says: string;
  /** Counted from 1: the part of the query that the text would replace. */
  readonly column: number;
  readonly length: number;
}

const HELP_CANDIDATES_MAX = 200;

const KEYWORDS: readonly (readonly [text: string, says: string])[] = [
  ["host", "either endpoint is this address: host 10.0.0.1"],
  ["net", "either endpoint is in this network: net 10.0.0.0/8"],
  ["port", "TCP or UDP with this port or range: port 8000-8999"],
  ["src", "only the source: src host, src net, src port"],
  ["dst", "only the destination: dst host, dst net, dst port"],
  ["tcp", "TCP packets"],
  ["udp", "UDP packets"],
  ["icmp", "ICMP for IPv4"],
  ["icmp6", "ICMP for IPv6"],
  ["ip proto", "an IP protocol by number or name: ip proto gre"],
  ["vlan", "has a VLAN tag, or this one: vlan 12"],
  ["after", "at or after a time: after 3h ago"],
  ["before", "at or before a time: before 2026-01-31T08:00:00Z"],
  ["between", "between two times: between 3h ago and 2h ago"],
  ["has", "the field is set: has conn.service"],
  ["not", "the opposite of the next condition"],
];
const JOINS: readonly (readonly [text: string, says: string])[] = [
  ["and", "both must hold"],
  ["or", "one of them must hold"],
];
const EQUALITY: readonly (readonly [text: string, says: string])[] = [
  ["==", "equals"],
  ["!=", "is set and differs"],
  ["in", "is one of: in {80, 443, 8000-8999}"],
  ["?", "is set"],
];
const ORDER: readonly (readonly [text: string, says: string])[] = [
  ["<", "less than"],
  ["<=", "at most"],
  [">", "more than"],
  [">=", "at least"],
];

/** What may be written at the cursor (a number of characters from the start), best first. */
export function queryHelp(
  text: string,
  cursor: number,
  logs: readonly LogSchema[],
): HelpCandidate[] {
  const shown = logs.filter((log) => log.shown);
  const split = tokenize(text.slice(0, cursor));
  if (split.status === "error") return [];
  const tokens = split.tokens.filter((token) => token.kind !== "end");
  const last = tokens.at(-1);
  const isTyping = last?.kind === "word" && last.column - 1 + last.length === cursor;
  const before = isTyping ? tokens.slice(0, -1) : tokens;
  const typed = isTyping ? last.text : "";
  const place = { column: cursor - typed.length + 1, length: typed.length };
  return candidatesAfter(before, shown)
    .filter(({ text: one }) => one.toLowerCase().includes(typed.toLowerCase()) && one !== typed)
    .sort((a, b) => rank(a.text, typed) - rank(b.text, typed))
    .slice(0, HELP_CANDIDATES_MAX)
    .map((candidate) => ({ ...candidate, ...place }));
}

type Candidate = Pick<HelpCandidate, "kind" | "text" | "says">;

function candidatesAfter(before: readonly Token[], logs: readonly LogSchema[]): Candidate[] {
  const last = before.at(-1);
  if (last === undefined || last.text === "(" || isJoin(last) || last.text === "!") {
    return [...listed("keyword", KEYWORDS), ...fieldCandidates(logs)];
  }
  if (last.text === "not") return [...listed("keyword", KEYWORDS), ...fieldCandidates(logs)];
  if (last.text === "has") return fieldCandidates(logs);
  if (last.text === "src" || last.text === "dst") {
    return listed(
      "keyword",
      KEYWORDS.filter(([text]) => /^(host|net|port)$/.test(text)),
    );
  }
  const subject = fieldBefore(before, logs);
  if (subject !== undefined) return valueCandidates(subject);
  const field = last.kind === "word" ? findField(last.text, logs) : undefined;
  if (field?.status === "ok" && before.at(-2)?.text !== "has") return operators(field.field);
  return listed("keyword", JOINS);
}

/** The field whose value comes next: `field ==`, or anywhere inside `field in {…`. */
function fieldBefore(before: readonly Token[], logs: readonly LogSchema[]): Field | undefined {
  let at = before.length - 1;
  if (before[at]?.text === "," || before[at]?.text === "{") {
    while (at >= 0 && before[at]!.text !== "{") at--;
    at--;
  }
  const operator = before[at];
  const isOperator =
    operator?.text === "in" || /^(==|!=|=|<|<=|>|>=|~)$/.test(operator?.text ?? "");
  const name = before[at - 1];
  if (!isOperator || name === undefined) return undefined;
  const found = findField(name.text, logs);
  return found.status === "ok" ? found.field : undefined;
}

function valueCandidates(field: Field): Candidate[] {
  const names = field.kind === "bool" ? ["true", "false"] : (field.values ?? []);
  return names.map((text) => ({ kind: "value", text, says: field.says }));
}

function operators(field: Field): Candidate[] {
  return [
    ...listed("operator", EQUALITY),
    ...(isOrdered(field) ? listed("operator", ORDER) : []),
    ...(isTextual(field) ? listed("operator", [["~", 'matches: ~ "^S" or ~ *.example.com']]) : []),
  ];
}

function fieldCandidates(logs: readonly LogSchema[]): Candidate[] {
  return logs.flatMap((log) =>
    log.fields.map(
      (field): Candidate => ({
        kind: "field",
        text: `${log.name}.${field.name}`,
        says: field.says,
      }),
    ),
  );
}

function listed(
  kind: HelpCandidate["kind"],
  pairs: readonly (readonly [text: string, says: string])[],
): Candidate[] {
  return pairs.map(([text, says]) => ({ kind, text, says }));
}

function isJoin(token: Token): boolean {
  return ["and", "or", "&&", "||"].includes(token.text);
}

/** What begins as typed comes before what only contains it. */
function rank(text: string, typed: string): number {
  return text.toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1;
}
