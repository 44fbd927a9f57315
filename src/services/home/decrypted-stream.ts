import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { endText, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { type DecryptedPiece, DecryptedStream } from "../../core/engine/index.ts";
import { readPackets } from "../evidence/index.ts";
import { findConnection } from "./connection.ts";
import type { Home } from "./home.ts";
import { keyLogNames } from "./key-logs.ts";
import { recordRead } from "./packets.ts";
import { replayOptions } from "./replay-options.ts";
import { placeLine } from "./stream.ts";
import { untilAborted } from "./until-aborted.ts";

type Line = OutputOf<Operations["streamDecrypted"]>;
type Place = Extract<Line, { type: "data" }>["packet"];

const SIDES = ["orig", "resp"] as const;

/** What a TLS connection carried, after the read and the use of the keys are on record. */
export async function* decryptConnection(
  home: Home,
  input: ParsedInputOf<Operations["streamDecrypted"]>,
  { actor, signal }: { readonly actor: Actor; readonly signal: AbortSignal },
): AsyncGenerator<Line> {
  const { q, row } = await findConnection(home, input.uid, { actor, signal });
  const purpose = input.purpose || "decrypted stream";
  const read = await recordRead(
    home,
    { q, relativeTo: "now", purpose, opensKeys: true },
    { actor, signal },
  );
  const capture = home.projection.segments.get(read.located.segments[0]?.segment ?? "");
  const stream = new DecryptedStream(
    replayOptions(home, capture?.entry.capture ?? "stream", read.keys),
  );
  const packets = read.located.total;
  const [orig, resp] = SIDES.map((side) =>
    endText(String(row[`id.${side}_h`]), Number(row[`id.${side}_p`])),
  ) as [string, string];
  yield { type: "start", seq: read.seq, uid: input.uid, orig, resp, packets };
  const bytes = { orig: 0, resp: 0 };
  function* lines(pieces: readonly DecryptedPiece[], packet: Place): Generator<Line> {
    for (const piece of pieces) {
      const side = SIDES[piece.side];
      const text = Buffer.from(piece.bytes).toString("base64");
      yield { type: "data", side, position: bytes[side], bytes: text, packet };
      bytes[side] += piece.bytes.length;
    }
  }
  let number = 0;
  const source = readPackets(home.shelf.open, read.located, read.plan);
  for await (const { packet, segment, offset } of untilAborted(source, signal)) {
    const { seconds, nanoseconds } = packet;
    const place = placeLine({ number: ++number, seconds, nanoseconds, segment, offset });
    yield* lines(stream.packet(packet), place);
  }
  yield* lines(stream.end(), null);
  if (stream.clientRandoms.size === 0) throw nothingOpened(home, input.uid, read);
  yield { type: "end", bytes, key_logs: keyLogNames(home, read.keys, stream.clientRandoms) };
}

function nothingOpened(
  home: Home,
  uid: string,
  read: { readonly case: string; readonly keys: { readonly attachments: string[] } | undefined },
): HoldfastError {
  const given = read.keys?.attachments.length ?? 0;
  const names = (read.keys?.attachments ?? []).map(
    (one) => home.projection.attachments.get(one)?.entry.name ?? one,
  );
  const why =
    given === 0
      ? `case ${read.case} has no key log`
      : `no secret of ${names.join(", ")} is this connection's, or its cipher is not read`;
  return new HoldfastError("home/unknown-secret", `nothing of ${uid} could be opened: ${why}`, {
    remedy: "add the key log that was written when it was made: holdfast keys add FILE --case CASE",
  });
}
