import type { SmbContext } from "./smb-context.ts";
import { cipherName, compressionName, dialectName } from "./smb-names.ts";
import type { Smb2Reader } from "./smb2-reader.ts";

const DIALECT_311 = 0x0311;
const DIALECTS_MAX = 64;
/** Contexts of a negotiation that are read; MS-SMB2 2.2.3.1 defines nine. */
const CONTEXTS_MAX = 16;
const CONTEXT = { encryption: 2, compression: 3 } as const;
const ALGORITHMS_MAX = 16;
const SIGNING_REQUIRED = 2;

/** The dialects that a client offers (MS-SMB2 2.2.3). */
export function negotiateRequest(reader: Smb2Reader, { facts }: SmbContext): void {
  const count = Math.min(reader.u16(66), DIALECTS_MAX);
  const dialects: string[] = [];
  for (let n = 0; n < count && reader.has(102 + 2 * n); n++) {
    dialects.push(dialectName(reader.u16(100 + 2 * n)));
  }
  facts.clientDialects = dialects;
}

/** What a server chose (MS-SMB2 2.2.4). */
export function negotiateResponse(reader: Smb2Reader, context: SmbContext): void {
  const { facts, state, conversation } = context;
  if (!reader.has(128)) return;
  const revision = reader.u16(68);
  facts.dialect = dialectName(revision);
  conversation.trace?.mark("smb", "dialect", 1, reader.position + 68, 2);
  if (facts.clientDialects?.includes(facts.dialect)) state.command.argument = facts.dialect;
  facts.signing = (reader.u16(66) & SIGNING_REQUIRED) === 0 ? "enabled" : "required";
  facts.setServerGuid(reader.slice(72, 16)!);
  if (revision !== DIALECT_311) return;
  let at = reader.u32(124);
  const count = Math.min(reader.u16(70), CONTEXTS_MAX);
  for (let n = 0; n < count && reader.has(at + 8); n++) {
    readContext(reader, at, context);
    // Each begins at a multiple of 8.
    at += (8 + reader.u16(at + 2) + 7) & ~7;
  }
}

function readContext(reader: Smb2Reader, at: number, { facts }: SmbContext): void {
  const count = Math.min(reader.u16(at + 8), ALGORITHMS_MAX);
  if (reader.u16(at) === CONTEXT.encryption && count > 0) {
    facts.cipher = cipherName(reader.u16(at + 10));
  } else if (reader.u16(at) === CONTEXT.compression) {
    const names: string[] = [];
    for (let n = 0; n < count; n++) names.push(compressionName(reader.u16(at + 16 + 2 * n)));
    facts.compression = names;
  }
}
