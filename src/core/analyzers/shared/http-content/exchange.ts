import { decodeBase64, type MimeHeader } from "../mime/index.ts";
import type { Side } from "../side.ts";
import { asciiText, bytesToText } from "../text.ts";

/** Files of one direction of an exchange. */
export interface SideFiles {
  readonly fuids: string[];
  readonly filenames: string[];
  readonly mimeTypes: string[];
}

/** A request and its reply as far as they are known. */
export interface Exchange {
  readonly time: number;
  readonly depth: number;
  method?: string;
  /** By column, what headers say. */
  readonly texts: Map<string, string>;
  statusCode?: number;
  statusText?: string;
  infoCode?: number;
  infoText?: string;
  version?: string;
  readonly bodyLengths: [number, number];
  proxied?: string[];
  isRange: boolean;
  readonly files: [SideFiles | undefined, SideFiles | undefined];
  /** Where fields came from: rows are written in another order than read. */
  /** Each says where a field of the row came from, once the row is made. */
  marks: (() => void)[] | undefined;
  /** Of HTTP/2. */
  streamId?: number;
}

/** Files listed of one exchange and direction (Zeek's HTTP::max_files_orig, max_files_resp). */
const FILES_MAX = 15;
const PROXY_HEADERS_MAX = 64;

const REQUEST_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["referer", "referrer"],
  ["host", "host"],
  ["origin", "origin"],
  ["user-agent", "user_agent"],
  ["content-type", "request_content_type"],
]);
const REPLY_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["content-type", "content_type"],
  ["location", "redirect"],
  ["server", "server"],
]);
const PROXY_HEADERS: ReadonlySet<string> = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-from",
  "client-ip",
  "via",
  "xroxy-connection",
  "proxy-connection",
]);

/** An exchange of which nothing is known yet. */
export function createExchange(time: number, depth: number): Exchange {
  return {
    time,
    depth,
    texts: new Map(),
    bodyLengths: [0, 0],
    isRange: false,
    files: [undefined, undefined],
    marks: undefined,
  };
}

/** Takes what a header says about its exchange; returns the column that it fills, if it does. */
export function takeHeader(
  exchange: Exchange,
  side: Side,
  { name, writtenName, value }: Pick<MimeHeader, "name" | "writtenName" | "value">,
): string | undefined {
  const column = (side === 0 ? REQUEST_COLUMNS : REPLY_COLUMNS).get(name);
  if (column !== undefined) exchange.texts.set(column, bytesToText(value));
  if (side === 1) return column;
  if (name === "range") exchange.isRange = true;
  else if (name === "authorization" || name === "proxy-authorization") {
    const username = basicUser(asciiText(value));
    if (username === undefined) return column;
    exchange.texts.set("username", username);
    return "username";
  } else if (PROXY_HEADERS.has(name)) {
    exchange.proxied ??= [];
    const text = `${writtenName.toUpperCase()} -> ${bytesToText(value)}`;
    const isNew = !exchange.proxied.includes(text);
    if (isNew && exchange.proxied.length < PROXY_HEADERS_MAX) exchange.proxied.push(text);
  }
  return column;
}

/** Lists a file of the exchange with its name; its type comes later. */
export function listFile(
  exchange: Exchange,
  side: Side,
  file: { readonly fuid: string; readonly filename: string | undefined },
): void {
  exchange.files[side] ??= { fuids: [], filenames: [], mimeTypes: [] };
  const files = exchange.files[side];
  if (files.fuids.length >= FILES_MAX) return;
  files.fuids.push(file.fuid);
  if (file.filename !== undefined) files.filenames.push(file.filename);
}

/** Lists the type that a file's content has shown. */
export function listFileType(exchange: Exchange, side: Side, mimeType: string): void {
  const files = exchange.files[side];
  if (files !== undefined && files.mimeTypes.length < FILES_MAX) files.mimeTypes.push(mimeType);
}

/** The request, as a person would name it. */
export function originOf({ method, texts }: Exchange): string | undefined {
  const uri = texts.get("uri");
  if (uri === undefined) return undefined;
  const host = uri.startsWith("/") ? (texts.get("host") ?? "") : "";
  return `${method ?? ""} ${host}${uri}`.trimStart();
}

/** Interim answers (RFC 9110 15.2): the final one is still to come. */
export function isInformational(code: number): boolean {
  return code >= 100 && code <= 199;
}

/** The user of Basic authentication (RFC 7617); undefined for other schemes. */
function basicUser(value: string): string | undefined {
  if (!/^basic /i.test(value)) return undefined;
  const decoded = decodeBase64(value.replace(/^basic[\t ]+/i, ""));
  const colon = decoded === undefined ? -1 : decoded.indexOf(0x3a);
  if (decoded === undefined || colon < 0) return `<problem-decoding> (${value})`;
  return bytesToText(decoded.subarray(0, colon));
}
