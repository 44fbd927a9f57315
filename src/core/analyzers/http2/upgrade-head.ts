import { asciiText, bytesToText } from "../shared/index.ts";

/** What a request of HTTP/1.1 said that was answered by a change to HTTP/2. */
export interface UpgradeHead {
  readonly method: string;
  readonly uri: string;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
}

const LINES_MAX = 64;

/** Reads the head that HTTP/1.1 hands over; undefined when the bytes are none. */
export function readUpgradeHead(head: Uint8Array): UpgradeHead | undefined {
  const text = asciiText(head);
  if (!text.endsWith("\r\n\r\n")) return undefined;
  const lines = text.split("\r\n", LINES_MAX);
  const [method, ...rest] = lines[0]!.split(" ");
  const version = rest.pop();
  if (!method || rest.length === 0 || version?.startsWith("HTTP/1.") !== true) return undefined;
  let host: string | undefined;
  let userAgent: string | undefined;
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (name === "host") host = textOf(line.slice(colon + 1));
    else if (name === "user-agent") userAgent = textOf(line.slice(colon + 1));
  }
  return { method, uri: textOf(rest.join(" ")), host, userAgent };
}

function textOf(latin: string): string {
  const trimmed = latin.trim();
  return bytesToText(Uint8Array.from(trimmed, (character) => character.charCodeAt(0)));
}
