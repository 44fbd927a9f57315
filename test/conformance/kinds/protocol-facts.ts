import { parseAddress } from "../../../src/core/packet/index.ts";
import type { Row } from "../../support/log-rows.ts";

/** Every value that our logs hold about one five-tuple, in lower case, by what it may be compared as. */
export class ProtocolFacts {
  readonly #byFlow = new Map<string, Set<string>>();

  /** `rows` of any log but conn; `flowOf` gives a uid's five-tuple. */
  constructor(
    rows: Iterable<readonly [log: string, row: Row]>,
    flowOf: ReadonlyMap<string, string>,
  ) {
    for (const [log, row] of rows) {
      const flow = flowOf.get(String(row["uid"]));
      if (flow === undefined) continue;
      const values = this.#byFlow.get(flow) ?? new Set();
      this.#byFlow.set(flow, values);
      for (const value of Object.values(row)) addValue(values, value);
      for (const value of derived(log, row)) values.add(normal(value));
    }
  }

  /** True when a value is among those of the flow. */
  has(flow: string, value: unknown): boolean {
    return this.#byFlow.get(flow)?.has(normal(String(value))) === true;
  }

  /** True when some value of the flow begins like this: peers cut long ones. */
  hasBeginning(flow: string, value: string): boolean {
    const wanted = value.toLowerCase();
    for (const one of this.#byFlow.get(flow) ?? []) if (one.startsWith(wanted)) return true;
    return false;
  }
}

function addValue(values: Set<string>, value: unknown): void {
  if (Array.isArray(value)) for (const item of value) addValue(values, item);
  else if (typeof value === "string" || typeof value === "number") {
    values.add(normal(String(value)));
  }
}

/** One form for what is written in several: letters' case, addresses in full, zeros before a serial. */
function normal(text: string): string {
  if (text.includes(":")) {
    const words = parseAddress(text);
    if (words !== undefined) return words.join();
  }
  const lower = text.toLowerCase();
  return /^0[0-9a-f]{9,}$/.test(lower) ? lower.replace(/^0+/, "") : lower;
}

/** The same facts as peers write them. */
function derived(log: string, row: Row): string[] {
  const text = (name: string): string => (row[name] === undefined ? "" : String(row[name]));
  switch (log) {
    case "http":
      return httpValues(text);
    case "ssl": {
      // TLSv12 is TLSv1.2 to others.
      const version = text("version").replace(/^(D?TLSv1)(\d)$/, "$1.$2");
      const values = [version, version.replace(/\.0$/, "")];
      return [...values, ...offeredVersion(text("ja4"))];
    }
    case "dns":
      return [
        text("qclass_name").replace("C_INTERNET", "IN"),
        text("qtype_name").replace("*", "ANY"),
        text("query") === "" ? "<root>" : "",
      ];
    case "smtp":
      return [text("from"), text("subject")].flatMap((value) => [value, addressOf(value)]);
    default:
      return [];
  }
}

/** Peers that saw the client's hello only give the version that it offers, which JA4 names. */
function offeredVersion(ja4: string): string[] {
  const [, carrier, major, minor] = /^([tqd])(\d)(\d)/.exec(ja4) ?? [];
  if (carrier === undefined) return [];
  const version = `${carrier === "d" ? "DTLSv" : "TLSv"}${major}.${minor}`;
  return [version, version.replace(/\.0$/, "")];
}

function httpValues(text: (name: string) => string): string[] {
  const uri = text("uri");
  const host = text("host");
  const path = uri.replace(/^https?:\/\/[^/]*/, "").replace(/[?#].*$/, "");
  const values = [path, `${host}${uri}`, host.replace(/:\d+$/, ""), decoded(path)];
  values.push(`${host}${uri.replace(/^https?:\/\/[^/]*/, "")}`, uri.replace(/^https?:\/\//, ""));
  const query = uri.split("?")[1] ?? "";
  for (const pair of query.split("&")) {
    const [key = "", value = ""] = pair.split("=");
    values.push(decoded(key), decoded(value));
  }
  return values;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addressOf(text: string): string {
  return /<([^>]*)>/.exec(text)?.[1] ?? text;
}
