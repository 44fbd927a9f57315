/**
 * The name that 32 letters of a NetBIOS query stand for (RFC 1001 14.1), without its suffix byte and the
 * spaces it is filled with; undefined when it is none.
 */
export function decodeNetbiosName(encoded: string): string | undefined {
  if (encoded.length !== 32) return undefined;
  let name = "";
  for (let n = 0; n < 32; n += 2) {
    const high = encoded.charCodeAt(n) - 0x61;
    const low = encoded.charCodeAt(n + 1) - 0x61;
    if (high < 0 || high > 15 || low < 0 || low > 15) return undefined;
    const code = high * 16 + low;
    // Bytes 1 and 2 mark the browser's group name; other control characters end a name.
    if (code > 126 || (code > 2 && code < 32)) break;
    name += String.fromCharCode(code);
  }
  const [, text] = /^(.*?)[ \0]*$/s.exec(name.slice(0, 15))!;
  return text === "" ? undefined : text;
}
