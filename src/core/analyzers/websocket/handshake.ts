import type { CreateDigest } from "../../base/index.ts";
import { asciiText, bytesToText } from "../shared/index.ts";

/** What both sides said when they changed to WebSocket (RFC 6455 4). */
export interface Handshake {
  host: string | undefined;
  uri: string | undefined;
  userAgent: string | undefined;
  subprotocol: string | undefined;
  clientProtocols: string[] | undefined;
  serverExtensions: string[] | undefined;
  clientExtensions: string[] | undefined;
  key: string | undefined;
  accept: string | undefined;
  /** Headers that stood twice. */
  readonly weirds: string[];
}

/** Reads the two heads that HTTP hands over. */
export function readHandshake(request: Uint8Array, reply: Uint8Array): Handshake {
  const facts: Handshake = {
    host: undefined,
    uri: undefined,
    userAgent: undefined,
    subprotocol: undefined,
    clientProtocols: undefined,
    serverExtensions: undefined,
    clientExtensions: undefined,
    key: undefined,
    accept: undefined,
    weirds: [],
  };
  const [first = "", ...lines] = asciiText(request).split("\r\n");
  facts.uri = text(first.slice(first.indexOf(" ") + 1, first.lastIndexOf(" ")));
  for (const line of lines) readRequestHeader(facts, line);
  for (const line of asciiText(reply).split("\r\n").slice(1)) readReplyHeader(facts, line);
  return facts;
}

function splitHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(": ");
  return [line.slice(0, Math.max(0, colon)).toLowerCase(), text(line.slice(colon + 2))];
}

/** The heads come as Latin-1. */
function text(latin: string): string {
  return bytesToText(Uint8Array.from(latin, (character) => character.charCodeAt(0)));
}

function readRequestHeader(facts: Handshake, line: string): void {
  const [name, value] = splitHeader(line);
  switch (name) {
    case "host":
      facts.host = value;
      break;
    case "user-agent":
      facts.userAgent = value;
      break;
    case "sec-websocket-protocol":
      facts.clientProtocols = [...(facts.clientProtocols ?? []), ...listed(value)];
      break;
    case "sec-websocket-extensions":
      facts.clientExtensions = [...(facts.clientExtensions ?? []), ...listed(value)];
      break;
    case "sec-websocket-key":
      if (facts.key !== undefined) facts.weirds.push("websocket_multiple_key_headers");
      facts.key = value;
      break;
  }
}

function readReplyHeader(facts: Handshake, line: string): void {
  const [name, value] = splitHeader(line);
  switch (name) {
    case "sec-websocket-protocol":
      if (facts.subprotocol !== undefined) facts.weirds.push("websocket_multiple_protocol_headers");
      facts.subprotocol = value;
      break;
    case "sec-websocket-extensions":
      facts.serverExtensions = [...(facts.serverExtensions ?? []), ...listed(value)];
      break;
    case "sec-websocket-accept":
      if (facts.accept !== undefined) facts.weirds.push("websocket_multiple_accept_headers");
      facts.accept = value;
      break;
  }
}

function listed(value: string): string[] {
  return value.split(/ *, */);
}

const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** What a server must answer to a key (RFC 6455 4.2.2). */
export function acceptFor(key: string, createDigest: CreateDigest): string {
  const sha1 = createDigest("sha1");
  sha1.update(new TextEncoder().encode(key + HANDSHAKE_GUID));
  return base64(sha1.digest());
}

function base64(bytes: Uint8Array): string {
  let out = "";
  for (let n = 0; n < bytes.length; n += 3) {
    const [a, b, c] = [bytes[n]!, bytes[n + 1], bytes[n + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    out += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
    out += b === undefined ? "=" : ALPHABET[(word >> 6) & 63]!;
    out += c === undefined ? "=" : ALPHABET[word & 63]!;
  }
  return out;
}
