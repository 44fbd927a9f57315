import { joinBytes } from "../../base/index.ts";
import type { Session, StreamPiece } from "../shared/index.ts";
import type { StreamLimits } from "./stream-pieces.ts";

const LENGTH_BYTES = 2;
const MESSAGE_BYTES_MAX = 65_535;

/** A question and its answer: one stream (RFC 9250 4.2). */
interface Dialogue {
  readonly session: Session | undefined;
  readonly parts: [Uint8Array[], Uint8Array[]];
  readonly bytes: [number, number];
  readonly ended: [boolean, boolean];
}

/** DNS over dedicated QUIC connections: each stream has a dialogue of its own, as all ids are 0. */
export class DoqStreams {
  readonly #open: () => Session | undefined;
  readonly #limits: StreamLimits;
  readonly #hasLength: boolean;
  readonly #dialogues = new Map<number, Dialogue>();

  /** `hasLength` where messages stand behind their length: not yet in drafts 0 to 2. */
  constructor(open: () => Session | undefined, limits: StreamLimits, hasLength: boolean) {
    this.#open = open;
    this.#limits = limits;
    this.#hasLength = hasLength;
  }

  stream({ streamId, side, bytes, position, isLast }: StreamPiece): void {
    const dialogue = this.#dialogues.get(streamId) ?? this.#begin(streamId);
    if (dialogue === undefined || dialogue.ended[side]) return;
    if (bytes.length > 0 && dialogue.bytes[side] <= MESSAGE_BYTES_MAX + LENGTH_BYTES) {
      dialogue.parts[side].push(bytes.slice());
      dialogue.bytes[side] += bytes.length;
    }
    const message = this.#message(dialogue.parts[side], { bytes: dialogue.bytes[side], isLast });
    if (message === undefined && !isLast) return;
    dialogue.ended[side] = true;
    dialogue.parts[side] = [];
    if (message !== undefined) {
      const start = position + bytes.length - message.length;
      dialogue.session?.data(side, message, start);
    }
    if (dialogue.ended[0] && dialogue.ended[1]) this.#finish(streamId, dialogue);
  }

  end(): void {
    for (const [streamId, dialogue] of [...this.#dialogues]) this.#finish(streamId, dialogue);
  }

  #begin(streamId: number): Dialogue | undefined {
    const { streams } = this.#limits;
    if (this.#dialogues.size >= streams.maximum) {
      streams.reached++;
      return undefined;
    }
    const dialogue: Dialogue = {
      session: this.#open(),
      parts: [[], []],
      bytes: [0, 0],
      ended: [false, false],
    };
    this.#dialogues.set(streamId, dialogue);
    return dialogue;
  }

  #finish(streamId: number, { session }: Dialogue): void {
    this.#dialogues.delete(streamId);
    session?.end?.();
  }

  /** The message (RFC 9250 4.2), once all of it is there. */
  #message(
    parts: readonly Uint8Array[],
    { bytes, isLast }: { readonly bytes: number; readonly isLast: boolean },
  ): Uint8Array | undefined {
    if (bytes < LENGTH_BYTES || !(this.#hasLength || isLast)) return undefined;
    const all = parts.length === 1 ? parts[0]! : joinBytes(parts);
    if (!this.#hasLength) return all;
    const end = LENGTH_BYTES + all[0]! * 256 + all[1]!;
    return all.length < end ? undefined : all.subarray(LENGTH_BYTES, end);
  }
}
