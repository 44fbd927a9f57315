import type { Digests, Parsed, VerifyEd25519 } from "../base/index.ts";
import { decodeBase64, encodeBase64, malformed, ok } from "../base/index.ts";

/** Signature type 1 of C2SP signed-note: Ed25519 over the note's text. */
const ED25519 = 1;
const SIGNATURES_MAX = 16;

/** A key that signs notes: its name, the four bytes that point at it, and the raw public key. */
export interface NoteKey {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Something that can sign notes; the private key stays behind it. */
export interface NoteSigner {
  readonly key: NoteKey;
  sign(message: Uint8Array): Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** A C2SP signed note: text that ends with a newline, then one line per signature. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Names a key as signed-note does: first four bytes of SHA-256(name, newline, type, public key). */
export function createNoteKey(name: string, publicKey: Uint8Array, digests: Digests): NoteKey {
  const head = new TextEncoder().encode(`${name}\n`);
  const input = new Uint8Array(head.length + 1 + publicKey.length);
  input.set(head);
  input[head.length] = ED25519;
  input.set(publicKey, head.length + 1);
  return { name, keyHash: digests.sha256(input).slice(0, 4), publicKey };
}

/** `name+hash+key`: the form in which other tools take a verifier key. */
export function formatVkey(key: NoteKey): string {
  const typed = new Uint8Array(1 + key.publicKey.length);
  typed[0] = ED25519;
  typed.set(key.publicKey, 1);
  return `${key.name}+${toHex(key.keyHash)}+${encodeBase64(typed)}`;
}

/** Reads a verifier key; undefined when it is not one or its hash does not fit its key. */
export function parseVkey(text: string, digests: Digests): NoteKey | undefined {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
  const typed = parts ? decodeBase64(parts[3]!) : undefined;
  if (!parts || typed?.length !== 33 || typed[0] !== ED25519) return undefined;
  const key = createNoteKey(parts[1]!, typed.slice(1), digests);
  return toHex(key.keyHash) === parts[2] ? key : undefined;
}

/** Signs `text`, which must end with a newline, and returns the note's bytes. */
export function signNote(text: string, signer: NoteSigner): Uint8Array {
  const signature = signer.sign(new TextEncoder().encode(text));
  const blob = new Uint8Array(4 + signature.length);
  blob.set(signer.key.keyHash);
  blob.set(signature, 4);
  return new TextEncoder().encode(`${text}\n— ${signer.key.name} ${encodeBase64(blob)}\n`);
}

/** Reads a note without judging its signatures. */
export function parseNote(bytes: Uint8Array): Parsed<Note> {
  const whole = decodeText(bytes);
  if (whole === undefined) return malformed("note is not UTF-8", 0);
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) return malformed("note has no signature block", 0);
  const lines = whole.slice(split + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) return malformed("note has too many signatures", split + 2);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const parts = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    const blob = parts ? decodeBase64(parts[2]!) : undefined;
    if (!parts || !blob || blob.length < 5)
      return malformed("signature line is damaged", split + 2);
    signatures.push({ name: parts[1]!, keyHash: blob.slice(0, 4), signature: blob.slice(4) });
  }
  return ok({ text: whole.slice(0, split + 1), signatures }, bytes.length);
}

/** True when the note carries a good signature by `key`; signatures by other keys are passed over. */
export function verifyNote(note: Note, key: NoteKey, verify: VerifyEd25519): boolean {
  const message = new TextEncoder().encode(note.text);
  for (const line of note.signatures) {
    if (line.name !== key.name || toHex(line.keyHash) !== toHex(key.keyHash)) continue;
    return line.signature.length === 64 && verify(key.publicKey, message, line.signature);
  }
  return false;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // a fatal decoder has no other way to report bad UTF-8
  }
}
