import type { SmbContext } from "./smb-context.ts";
import type { Smb1Header, Smb1Reader } from "./smb1-reader.ts";

/** Words of a session setup by what it carries (MS-CIFS 2.2.4.53, MS-SMB 2.2.4.6). */
const WORDS = {
  extendedRequest: 12,
  plainRequest: 13,
  extendedResponse: 4,
  plainResponse: 3,
} as const;
const DIALECTS_MAX = 32;
const NTLM_WORDS = 17;
const CAPABILITY_EXTENDED = 0x8000_0000;
const GUID_BYTES = 16;

/** Who logs on, with a token of GSS-API or, of old, with names. */
export function sessionSetupRequest(
  reader: Smb1Reader,
  at: number,
  { isUnicode }: Smb1Header,
  { facts, security }: SmbContext,
): void {
  const words = reader.u8(at);
  if (words === WORDS.extendedRequest) {
    const length = reader.u16(at + 15);
    const token = reader.slice(at + 27, length);
    if (token === undefined) return;
    security.token(0, token, reader.position + at + 27);
    const os = reader.text(at + 27 + length, isUnicode);
    facts.nativeOs = os.text;
    facts.nativeLanman = reader.text(os.next, isUnicode).text;
  } else if (words === WORDS.plainRequest) {
    const user = reader.text(at + 29 + reader.u16(at + 15) + reader.u16(at + 17), isUnicode);
    const domain = reader.text(user.next, isUnicode);
    const os = reader.text(domain.next, isUnicode);
    facts.username = user.text;
    facts.domain = domain.text;
    facts.nativeOs = os.text;
    facts.nativeLanman = reader.text(os.next, isUnicode).text;
  }
}

/** The server's answer: its own token and what it runs. */
export function sessionSetupResponse(
  reader: Smb1Reader,
  at: number,
  { isUnicode }: Smb1Header,
  { facts, security }: SmbContext,
): void {
  const words = reader.u8(at);
  if (words !== WORDS.extendedResponse && words !== WORDS.plainResponse) return;
  facts.isGuest = (reader.u16(at + 5) & 1) !== 0;
  let bytesAt = at + 9;
  if (words === WORDS.extendedResponse) {
    const length = reader.u16(at + 7);
    const token = reader.slice(at + 11, length);
    if (token === undefined) return;
    security.token(1, token, reader.position + at + 11);
    bytesAt = at + 11 + length;
  }
  facts.serverOs = reader.text(bytesAt, isUnicode).text;
}

/** The dialects that a client offers: each a 2 and its name (MS-CIFS 2.2.4.52.1). */
export function dialectsOffered(reader: Smb1Reader, at: number): string[] {
  const dialects: string[] = [];
  const end = Math.min(reader.bytes.length, at + 3 + reader.u16(at + 1));
  for (let next = at + 3; next < end && dialects.length < DIALECTS_MAX; ) {
    if (reader.u8(next) !== 2) break;
    const dialect = reader.text(next + 1, false);
    dialects.push(dialect.text);
    next = dialect.next;
  }
  return dialects;
}

/** The dialect that a server chose, and its token (MS-CIFS 2.2.4.52.2, MS-SMB 2.2.4.5.2). */
export function negotiateAnswer(
  reader: Smb1Reader,
  at: number,
  { facts, security, state }: SmbContext,
): void {
  const dialect = facts.clientDialects?.[reader.u16(at + 1)];
  facts.dialect = dialect;
  if (dialect !== undefined) state.command.argument = dialect;
  if (reader.u8(at) !== NTLM_WORDS) return;
  facts.signing = (reader.u8(at + 3) & 8) === 0 ? "enabled" : "required";
  const isExtended = (reader.u32(at + 20) & CAPABILITY_EXTENDED) !== 0;
  const guid = reader.slice(at + 37, GUID_BYTES);
  if (!isExtended || guid === undefined) return;
  facts.setServerGuid(guid);
  const start = at + 37 + GUID_BYTES;
  const token = reader.slice(start, reader.u16(at + 35) - GUID_BYTES);
  if (token !== undefined && token.length > 0) {
    security.token(1, token, reader.position + start);
  }
}
