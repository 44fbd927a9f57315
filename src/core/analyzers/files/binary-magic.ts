import type { MagicTest } from "./magic-table.ts";

type Found = readonly [number, string] | undefined;

const OOXML = "application/vnd.openxmlformats-officedocument.";
const OFFICE_KINDS: readonly (readonly [string, string])[] = [
  ["word/", `${OOXML}wordprocessingml.document`],
  ["xl/", `${OOXML}spreadsheetml.sheet`],
  ["ppt/", `${OOXML}presentationml.presentation`],
];
const ZIP = "PK\x03\x04";

/** Types that a fixed byte at a fixed place does not tell. */
export const BINARY_MAGIC: readonly MagicTest[] = [
  office,
  (_, text) => (isJar(text) ? [100, "application/java-archive"] : undefined),
  (head) => (isTar(head) ? [100, "application/x-tar"] : undefined),
  ocsp,
  machO,
  lzh,
  (head) => (isArc(head) ? [70, "application/x-arc"] : undefined),
  (head) => (isH264(head) ? [41, "video/h264"] : undefined),
  matroska,
  python,
  iso9660,
];

/** The first volume descriptor lies in sector 16 (ECMA-119 8.1): further in than is looked by default. */
const DESCRIPTOR_PLACE = 16 * 2048 + 1;

function iso9660(_: Uint8Array, text: string): Found {
  const isImage = text.startsWith("CD001\x01", DESCRIPTOR_PLACE);
  return isImage ? [99, "application/x-iso9660-image"] : undefined;
}

/** A zip whose first member is one of an office file's and of which a later one names the kind. */
function office(_: Uint8Array, text: string): Found {
  if (!text.startsWith(ZIP)) return undefined;
  const first = text.slice(30, 49);
  for (const [folder, mimeType] of OFFICE_KINDS) {
    const isOffice =
      first.startsWith("[Content_Types].xml") ||
      first.startsWith("_rels/.rels") ||
      first.startsWith(folder);
    if (isOffice && hasMember(text, folder)) return [80, mimeType];
  }
  return undefined;
}

function hasMember(text: string, folder: string): boolean {
  for (let at = text.indexOf(ZIP, 30); at >= 0; at = text.indexOf(ZIP, at + 4)) {
    if (text.startsWith(folder, at + 30)) return true;
  }
  return false;
}

function isJar(text: string): boolean {
  if (!text.startsWith(ZIP)) return false;
  const at = text.indexOf("META-INF/MANIFEST.MF");
  return at >= 9 && at <= 4 + 200 + 4 && text.slice(at - 4, at - 2) === "\x14\0";
}

/** Names in the first 100 bytes, then numbers in octal digits (POSIX ustar). */
function isTar(head: Uint8Array): boolean {
  if (head.length < 157) return false;
  for (let n = 0; n < 100; n++) if (head[n] !== 0 && !isPrint(head[n]!)) return false;
  for (let n = 100; n < 124; n++) {
    if (n % 8 === 3 ? head[n] !== 0 : !isDigitOrSpace(head[n]!)) return false;
  }
  for (let n = 124; n < 148; n++) {
    if (n === 135 || n === 147 ? head[n] !== 0 : !isDigitOrSpace(head[n]!)) return false;
  }
  for (let n = 148; n < 155; n++) {
    if (head[n] !== 0 && !isDigitOrSpace(head[n]!)) return false;
  }
  const type = head[156]!;
  return (head[155] === 0 || head[155] === 32) && (type === 0 || (type >= 48 && type <= 55));
}

function isPrint(byte: number): boolean {
  return byte >= 32 && byte < 127;
}

function isDigitOrSpace(byte: number): boolean {
  return byte === 32 || (byte >= 48 && byte <= 57);
}

/** SHA-1's object identifier in a request, id-pkix-ocsp-basic's in a response (RFC 6960). */
function ocsp(_: Uint8Array, text: string): Found {
  const line = text.slice(0, 32);
  const newline = line.indexOf("\n");
  for (let at = 11; at <= 19 && (newline < 0 || newline >= at); at++) {
    if (line.startsWith("\x06\x05\x2b\x0e\x03\x02\x1a", at))
      return [71, "application/ocsp-request"];
    if (line.startsWith("\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01", at)) {
      return [71, "application/ocsp-response"];
    }
  }
  return undefined;
}

/** Java class files and universal Mach-O share their magic: the version, or the number of parts, tells. */
function machO(head: Uint8Array, text: string): Found {
  if (!text.startsWith("\xca\xfe\xba\xbe") || head.length < 8) return undefined;
  const last = head[7]!;
  if (last >= 0x2d && last <= 0x34) return [71, "application/x-java-applet"];
  return head[6] === 0 && last >= 1 && last <= 0x14
    ? [100, "application/x-mach-o-executable"]
    : undefined;
}

function lzh(_: Uint8Array, text: string): Found {
  const isKnown = /^-(lh[ abcdex0-9]|lz[s2-8]|pm[s012]|pc1)-/.test(text.slice(2, 8));
  return isKnown ? [80, "application/x-lzh"] : undefined;
}

function isArc(head: Uint8Array): boolean {
  const method = head[2] ?? 0;
  const isMethod = (method >= 2 && method <= 10) || method === 0x14 || method === 0x48;
  return head[3] === 0x1a && isMethod && head[0]! < 0x80 && head[1]! < 0x80;
}

function isH264(head: Uint8Array): boolean {
  const isStart = head[0] === 0 && head[1] === 0 && head[2] === 0 && head[3] === 1;
  return isStart && (head[4]! & 0x1f) === 7;
}

function matroska(_: Uint8Array, text: string): Found {
  if (!text.startsWith("\x1a\x45\xdf\xa3")) return undefined;
  const line = text.split("\n", 1)[0]!;
  if (/B\x82.webm/.test(line)) return [70, "video/webm"];
  return /B\x82.matroska/.test(line) ? [110, "video/x-matroska"] : undefined;
}

/** Compiled Python: a version's number, then CR LF. */
function python(head: Uint8Array): Found {
  if (head[2] !== 13 || head[3] !== 10) return undefined;
  const version = head[0]! | (head[1]! << 8);
  const isKnown = (version >= 3000 && version <= 3700) || (version >= 20_121 && version <= 62_211);
  return isKnown ? [80, "application/x-python-bytecode"] : undefined;
}
