import { bytesToText, latinBytes } from "../shared/index.ts";
import { Base64Decoder, decodeQuotedPrintable } from "../shared/mime/index.ts";

/** Longest text that is looked at; an encoded word has at most 75 characters (RFC 2047 2). */
const TEXT_MAX = 8192;
const WORD = /=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]{0,1000})\?=/g;

/** A header's text with its encoded words (RFC 2047) in plain. */
export function decodeWords(text: string): string {
  if (text.length > TEXT_MAX || !text.includes("=?")) return text;
  // Blanks between two words only part them.
  const joined = text.replace(/(\?=)[ \t\r\n]{1,100}(?==\?)/g, "$1");
  return joined.replace(WORD, (_, charset: string, encoding: string, content: string) => {
    const bytes = latinBytes(content);
    const plain =
      encoding.toLowerCase() === "b"
        ? new Base64Decoder().decode(bytes)
        : quoted(latinBytes(content.replaceAll("_", " ")));
    return inCharset(plain, charset.split("*", 1)[0]!.toLowerCase());
  });
}

function quoted(bytes: Uint8Array): Uint8Array {
  // A blank at the end would be taken off: a character that stays is put behind it.
  const guarded = new Uint8Array(bytes.length + 1);
  guarded.set(bytes);
  guarded[bytes.length] = 0x2e;
  const plain = decodeQuotedPrintable(guarded);
  return plain.subarray(0, Math.max(0, plain.length - 3));
}

const LATIN = new Set(["iso-8859-1", "windows-1252", "latin1", "us-ascii"]);
const latin = new TextDecoder("windows-1252");

function inCharset(bytes: Uint8Array, charset: string): string {
  return LATIN.has(charset) ? latin.decode(bytes) : bytesToText(bytes);
}
