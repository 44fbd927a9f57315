import type { MagicTest } from "./magic-table.ts";

/** Types of what is written in characters: markup, data, programs. The head is 4 KiB at most. */
export const TEXT_MAGIC: readonly MagicTest[] = [
  plainText,
  markup,
  json,
  ini,
  script,
  javascript,
  batch,
  mail,
  unifiedDiff,
];

const BOM = /^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/;

function afterBom(text: string): string {
  const bom = BOM.exec(text);
  return bom === null ? text : text.slice(bom[0].length);
}

/** Ten characters of printable ASCII or white space, behind whatever byte order mark. */
function plainText(_: Uint8Array, text: string): readonly [number, string] | undefined {
  const marks = /^(\xef\xbb\xbf|(\0\0)?\xfe\xff|\xff\xfe(\0\0)?)?[\t-\r -~]{10}/;
  return marks.test(text) ? [-20, "text/plain"] : undefined;
}

const ELEMENTS: readonly (readonly [number, string, RegExp])[] = [
  [100, "text/html", /^<(!doctype +html|html|meta +http-equiv)/i],
  [20, "text/html", /^<(head|html|title|body)/i],
  [90, "text/rss", /^<rss/i],
  [100, "text/atom", /^<(rss[^>]*xmlns:atom|feed[^>]*xmlns=["']?http:..www.w3.org.2005.Atom)/i],
  [49, "application/soap+xml", /^<soap(-env)?:envelope/i],
  [49, "text/x-cross-domain-policy", /^<(!doctype +)?cross-domain-policy/i],
  [49, "application/xml-rpc", /^<methodresponse>/i],
  [49, "application/f4m", /^<manifest[\r\n\t ]+xmlns="http:..ns\.adobe\.com.f4m./i],
  [20, "magnus-internal/cold-fusion", /^<(CFPARAM|CFSET|CFIF)/],
];

/** The root element, behind white space, comments and an XML declaration. */
function markup(_: Uint8Array, text: string): readonly [number, string] | undefined {
  const body = afterBom(text);
  const start = skipComments(body, 0);
  if (body.charCodeAt(start) !== 0x3c && body.charCodeAt(start) !== 0) return undefined;
  const drawing = drawingOrMap(text);
  if (drawing !== undefined) return drawing;
  let at = start;
  if (body.startsWith("<?xml ", at)) {
    const end = body.slice(at, lineEnd(body, at)).lastIndexOf("?>");
    if (end > 0) at = skipComments(body, at + end + 2);
  }
  const root = body.slice(at, at + 512);
  let best: readonly [number, string] | undefined;
  for (const [strength, mimeType, pattern] of ELEMENTS) {
    if (strength > (best?.[0] ?? 0) && pattern.test(root)) best = [strength, mimeType];
  }
  if (best !== undefined) return best;
  const isXml = /^\0?<\0?\?\0?x\0?m\0?l\0? /.test(body.slice(start, start + 16));
  return isXml ? [10, "application/xml"] : undefined;
}

function drawingOrMap(text: string): readonly [number, string] | undefined {
  if (!text.startsWith('<?xml version="')) return undefined;
  const line = text.slice(19, lineEnd(text, 19));
  if (line.includes("<svg")) return [38, "image/svg+xml"];
  if (line.includes("<urlset")) return [37, "application/xml-sitemap"];
  const first = text.slice(0, lineEnd(text, 0));
  if (/ xmlns=['"]http:..earth.google.com.kml/.test(first)) {
    return [61, "application/vnd.google-earth.kml+xml"];
  }
  if (/ xmlns=['"]http:..www.opengis.net.kml/.test(first)) {
    return [60, "application/vnd.google-earth.kml+xml"];
  }
  return undefined;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Behind white space and comments, each on one line. */
function skipComments(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (isBlankOrEnd(text.charCodeAt(at))) at++;
    if (!text.startsWith("<!--", at)) return at;
    const end = text.indexOf("-->", at + 4);
    if (end < 0 || end > lineEnd(text, at)) return at;
    at = end + 3;
  }
}

function isBlankOrEnd(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

const OBJECT =
  /^[\r\n\t ]*\{[\r\n\t ]*("[^"]+"|[a-zA-Z][a-zA-Z0-9\\_]*)[\r\n\t ]*:[\r\n\t ]*(["[{0-9]|true|false)/;
const ARRAY = /^[\r\n\t ]*\[[\r\n\t ]*(("[^"]+"|[0-9]+(\.[0-9]+)?|true|false)[\r\n\t ]*,|[{[])/;

/** RFC 8259, as far as a first member shows. */
function json(_: Uint8Array, text: string): readonly [number, string] | undefined {
  const body = afterBom(text);
  if (OBJECT.test(body) || ARRAY.test(body)) return [1, "text/json"];
  return /^[\r\n\t ]*(\[\]|\{\})[\r\n\t ]*$/.test(body) ? [0, "text/json"] : undefined;
}

function ini(_: Uint8Array, text: string): readonly [number, string] | undefined {
  const body = afterBom(text);
  let at = 0;
  while (isBlankOrEnd(body.charCodeAt(at)) || body.charCodeAt(at) === 0) at++;
  if (body[at] !== "[") return undefined;
  const end = body.slice(at).search(/[\r\n]/);
  if (end < 0) return undefined;
  const line = body.slice(at + 1, at + end);
  let last = line.length;
  while (last > 0 && /[\t \0]/.test(line[last - 1]!)) last--;
  return last > 1 && line[last - 1] === "]" ? [20, "text/ini"] : undefined;
}

const INTERPRETERS: readonly (readonly [number, string, RegExp])[] = [
  [250, "text/x-shellscript", /^(ba|tc|c|z|fa|ae|k)?sh/],
  [60, "text/x-perl", /^perl/],
  [60, "text/x-ruby", /^ruby/],
  [60, "text/x-python", /^python/],
  [60, "text/x-awk", /^[gn]?awk/],
  [60, "text/x-tcl", /^(wish|tcl)/],
  [49, "text/x-lua", /^lua/],
  [60, "application/javascript", /^node(js)?/],
  [60, "text/x-php", /^php/],
];

/** The interpreter that the first line names; PHP's mark anywhere in that line. */
function script(_: Uint8Array, text: string): readonly [number, string] | undefined {
  const first = text.slice(0, lineEnd(text, 0));
  const path = /^#![^\n]{1,15}bin\/(env\s+)?/.exec(first);
  if (path !== null) {
    const name = first.slice(path[0].length);
    for (const [strength, mimeType, pattern] of INTERPRETERS) {
      if (pattern.test(name)) return [strength, mimeType];
    }
  }
  return first.includes("<?php") ? [40, "text/x-php"] : undefined;
}

const JAVASCRIPT: readonly RegExp[] = [
  /^<script[\t ]+(type|language)=['"]?(text\/)?javascript/i,
  /^for \(;;\);/,
  /^document\.write(ln)?[\t ]?\(/,
  /^<script>[\r\n\t ]*(var|function) /,
];

function javascript(_: Uint8Array, text: string): readonly [number, string] | undefined {
  const isFunction = /^\(function\(\)[\t \n]*\{/.test(text);
  const body = text.slice(/^[\r\n\t ]*/.exec(text)![0].length);
  const isKnown = isFunction || JAVASCRIPT.some((pattern) => pattern.test(body));
  return isKnown ? [60, "application/javascript"] : undefined;
}

function batch(_: Uint8Array, text: string): readonly [number, string] | undefined {
  if (!text.startsWith("@")) return undefined;
  if (/^@ *echo +off/i.test(text)) return [110, "text/x-msdos-batch"];
  if (/^@set +/i.test(text)) return [70, "text/x-msdos-batch"];
  return /^@rem/i.test(text) ? [60, "text/x-msdos-batch"] : undefined;
}

function mail(_: Uint8Array, text: string): readonly [number, string] | undefined {
  if (/^delivered-to:/i.test(text)) return [160, "message/rfc822"];
  if (/^return-path:/i.test(text)) return [150, "message/rfc822"];
  const isSigned =
    text.startsWith("MIME-Version:") &&
    text.slice(0, lineEnd(text, 0)).includes('protocol="application/pkcs7-signature"');
  return isSigned ? [100, "application/pkcs7-signature"] : undefined;
}

/** A unified diff's three marks, one after the other, wherever they stand. */
function unifiedDiff(_: Uint8Array, text: string): readonly [number, string] | undefined {
  let at = 0;
  for (const mark of ["--- ", "\n", "+++ ", "\n", "@@"]) {
    const found = text.indexOf(mark, at);
    if (found < 0) return undefined;
    at = found + mark.length;
  }
  return [55, "text/x-diff"];
}
