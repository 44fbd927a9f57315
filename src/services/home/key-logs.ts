import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { readAttachment, sealAttachment } from "./attachments.ts";
import type { Home } from "./home.ts";
import type { AttachmentState } from "./projection.ts";

/** Larger than the key log of a browser that ran for years. */
const KEY_LOG_BYTES_MAX = 64 * 1024 * 1024;
/** A secret by its label and the session that it belongs to (NSS key log format). */
const LINE = /^(?:[A-Z][A-Z0-9_]*) ([0-9A-Fa-f]{64}) (?:[0-9A-Fa-f]{2})+\s*$/;

/**
 * Seals TLS secrets as an attachment of a case: they open every session they belong to, so they are never
 * in clear on the disk, and each use of them is an entry.
 */
export async function attachKeyLog(
  home: Home,
  input: ParsedInputOf<Operations["attachKeyLog"]>,
  body: AsyncIterable<Uint8Array>,
  actor: Actor,
): Promise<OutputOf<Operations["attachKeyLog"]>> {
  const bytes = await collect(body);
  const counts = countSecrets(bytes.toString("latin1"));
  if (counts.secrets === 0) {
    throw new HoldfastError("request/bad-input", `${input.name} is not a key log`, {
      remedy: "its lines look like CLIENT_RANDOM 52…, as SSLKEYLOGFILE makes them",
    });
  }
  const caseName = await home.ensureCase(input.case, actor, input.purpose);
  const { name, purpose } = input;
  const request = { case: caseName, kind: "tls-key-log" as const, name, purpose };
  return { ...(await sealAttachment(home, wholeBody(bytes), request, actor)), ...counts };
}

/** How many secrets of how many sessions a key log has, and how many lines say nothing. */
export function countSecrets(text: string) {
  const sessions = new Set<string>();
  let [secrets, ignored] = [0, 0];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const random = LINE.exec(line)?.[1];
    if (random === undefined) ignored++;
    else {
      secrets++;
      sessions.add(random.toLowerCase());
    }
  }
  return { secrets, sessions: sessions.size, ignored_lines: ignored };
}

export function listKeyLogs(home: Home, caseName: string | undefined) {
  return {
    key_logs: keyLogsOf(home)
      .filter(({ entry }) => caseName === undefined || entry.case === caseName)
      .map(({ entry, seq, at }) => ({
        attachment: entry.attachment,
        case: entry.case,
        name: entry.name,
        purpose: entry.purpose,
        bytes: entry.plaintext_bytes,
        sha256: entry.plaintext_sha256,
        at,
        seq,
      })),
  };
}

/** What opened something when no key log did: a Decryption Secrets Block of the capture (pcapng). */
const SECRETS_OF_CAPTURE = "the secrets in the capture itself";

/** TLS secrets of a case, and what they came from. */
export interface KeyLogs {
  /** All of them as one text. */
  readonly keyLog: string;
  readonly attachments: string[];
  /** Texts of the attachments, in their order. */
  readonly texts: readonly string[];
}

/** All TLS secrets of a case; nothing if there are none. */
export async function readKeyLogs(home: Home, caseName: string): Promise<KeyLogs | undefined> {
  const own = keyLogsOf(home).filter(({ entry }) => entry.case === caseName);
  if (own.length === 0) return undefined;
  const texts: string[] = [];
  for (const state of own) {
    const pieces: Uint8Array[] = [];
    for await (const piece of readAttachment(home, state, home.identity())) pieces.push(piece);
    texts.push(Buffer.concat(pieces).toString("latin1"));
  }
  const attachments = own.map(({ entry }) => entry.attachment);
  return { keyLog: texts.join("\n"), attachments, texts };
}

/** Names of the key logs with the secrets of those connections; secrets may also lie in the capture. */
export function keyLogNames(
  home: Home,
  keys: KeyLogs | undefined,
  randoms: ReadonlySet<string>,
): string[] {
  const names = new Set<string>();
  for (const random of randoms) {
    if (random === "") continue;
    const n = keys?.texts.findIndex((text) => text.toLowerCase().includes(random)) ?? -1;
    const attachment = keys?.attachments[n];
    const sealed =
      attachment === undefined ? undefined : home.projection.attachments.get(attachment);
    names.add(sealed?.entry.name ?? attachment ?? SECRETS_OF_CAPTURE);
  }
  return [...names];
}

function keyLogsOf(home: Home): AttachmentState[] {
  return [...home.projection.attachments.values()].filter(
    ({ entry }) => entry.kind === "tls-key-log",
  );
}

async function* wholeBody(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > KEY_LOG_BYTES_MAX) {
      throw new HoldfastError("request/bad-input", "the key log is larger than 64 MiB", {
        remedy: "keep the lines of the sessions in question",
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
