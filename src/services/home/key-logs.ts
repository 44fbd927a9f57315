import { join } from "node:path";
import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { createDirectory, createSegmentId, sha256Hex, systemClock } from "../../platform/index.ts";
import { readSealedFile, writeSealedFile } from "../vault/index.ts";
import type { Home } from "./home.ts";
import { pathsOf } from "./home-paths.ts";

/** Larger than the key log of a browser that ran for years. */
const KEY_LOG_BYTES_MAX = 64 * 1024 * 1024;
const LINE = /^(?:CLIENT_RANDOM|[A-Z_]+SECRET(?:_0)?|RSA) [0-9A-Fa-f]+ [0-9A-Fa-f]+/m;

type Attached = OutputOf<Operations["attachKeyLog"]>;

/**
 * Seals TLS secrets as an attachment of a case: they open every session they belong to, so they are never
 * in clear on the disk, and each use of them is an entry.
 */
export async function attachKeyLog(
  home: Home,
  input: ParsedInputOf<Operations["attachKeyLog"]>,
  body: AsyncIterable<Uint8Array>,
  actor: Actor,
): Promise<Attached> {
  const bytes = await collect(body);
  if (!LINE.test(bytes.toString("latin1"))) {
    throw new HoldfastError("request/bad-input", `${input.name} is not a key log`, {
      remedy: "its lines look like CLIENT_RANDOM 52…, as SSLKEYLOGFILE makes them",
    });
  }
  const caseName = await home.ensureCase(input.case, actor, input.purpose);
  const attachment = createSegmentId(systemClock);
  const { attachments } = pathsOf(home.directory);
  await createDirectory(attachments);
  const sealed = await writeSealedFile({
    path: join(attachments, `${attachment}.age`),
    recipients: [home.keys.vaultRecipient],
    bytes,
  });
  const seq = await home.append(
    [
      {
        type: "attachment.seal",
        attachment,
        case: caseName,
        kind: "tls-key-log",
        name: input.name,
        purpose: input.purpose,
        plaintext_sha256: sha256Hex(bytes),
        plaintext_bytes: bytes.length,
        sealed_sha256: sealed.sha256,
        sealed_bytes: sealed.bytes,
      },
    ],
    actor,
  );
  return { attachment, seq };
}

export function listKeyLogs(home: Home, caseName: string | undefined) {
  return {
    key_logs: [...home.projection.attachments.values()]
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

/** All TLS secrets of a case as one text, and the attachments they came from; nothing if there are none. */
export async function readKeyLogs(
  home: Home,
  caseName: string,
): Promise<{ keyLog: string; attachments: string[] } | undefined> {
  const own = [...home.projection.attachments.values()].filter(
    ({ entry }) => entry.case === caseName,
  );
  if (own.length === 0) return undefined;
  const { attachments } = pathsOf(home.directory);
  const texts: string[] = [];
  for (const { entry } of own) {
    const path = join(attachments, `${entry.attachment}.age`);
    const pieces: Uint8Array[] = [];
    for await (const piece of readSealedFile({ path, identity: home.identity() })) {
      pieces.push(piece);
    }
    texts.push(Buffer.concat(pieces).toString("latin1"));
  }
  return { keyLog: texts.join("\n"), attachments: own.map(({ entry }) => entry.attachment) };
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
