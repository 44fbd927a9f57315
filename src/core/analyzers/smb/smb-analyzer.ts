import {
  type AnalyzerServices,
  type Conversation,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import type { SmbContext } from "./smb-context.ts";
import { SmbFacts } from "./smb-facts.ts";
import { SmbPipes } from "./smb-pipes.ts";
import { SmbRows } from "./smb-rows.ts";
import { SmbSecurity } from "./smb-security.ts";
import { type SmbShared, SmbState } from "./smb-state.ts";
import { SmbTransfers } from "./smb-transfers.ts";
import { Smb1Dialogue } from "./smb1-dialogue.ts";
import { Smb2Dialogue } from "./smb2-dialogue.ts";

/** NetBIOS session service (RFC 1002 4.3) and direct TCP (MS-SMB2 2.1): a type and a length. */
const FRAME_BYTES = 4;
const SESSION_MESSAGE = 0;
/** Types of the session service: request, answers, keep-alive. */
const SERVICE_TYPES: ReadonlySet<number> = new Set([0x81, 0x82, 0x83, 0x84, 0x85]);
const PROTOCOL = { smb1: 0xff, smb2: 0xfe, encrypted: 0xfd, compressed: 0xfc } as const;
/** Chunks of a flow that make sense before it is called SMB, as Zeek counts them. */
const CHUNKS_TO_CONFIRM = 3;
/** A message that is longer counts towards what all flows together may hold. */
const LONG_MESSAGE_BYTES = 65_536;

/** SMB 1, 2 and 3 (MS-CIFS, MS-SMB, MS-SMB2) on one flow. */
export class SmbAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: SmbShared;
  readonly #files: AnalyzerServices["files"];
  readonly #buffers: [StreamBuffer | undefined, StreamBuffer | undefined] = [undefined, undefined];
  /** Bytes of a message that are passed over, and those that are held of all flows' share. */
  readonly #skip: [number, number] = [0, 0];
  readonly #held: [number, number] = [0, 0];
  #context: SmbContext | undefined;
  #smb1: Smb1Dialogue | undefined;
  #smb2: Smb2Dialogue | undefined;
  #chunks = 0;
  /** Bytes are missing or made no sense: a chunk that begins with a message is waited for. */
  #needsStart = false;

  constructor(conversation: Conversation, shared: SmbShared, files: AnalyzerServices["files"]) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#files = files;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#needsStart) {
      if (!beginsMessage(bytes)) return;
      this.#needsStart = false;
    }
    const skipped = Math.min(this.#skip[side], bytes.length);
    this.#skip[side] -= skipped;
    const rest = skipped === 0 ? bytes : bytes.subarray(skipped);
    const isSound = rest.length === 0 || this.#read(side, rest, position + skipped);
    if (!isSound) this.#resync();
    else if (++this.#chunks === CHUNKS_TO_CONFIRM) this.#conversation.confirm("smb");
  }

  gap(): void {
    this.#resync();
  }

  end(): void {
    this.#release(0);
    this.#release(1);
    const context = this.#context;
    if (context === undefined) return;
    context.pipes.end();
    context.security.end();
    context.facts.write(this.#shared.connections, this.#conversation);
  }

  #read(side: Side, bytes: Uint8Array, position: number): boolean {
    this.#buffers[side] ??= new StreamBuffer(
      this.#shared.limits.messageBytes.maximum + FRAME_BYTES + LONG_MESSAGE_BYTES,
    );
    const buffer = this.#buffers[side];
    for (let at = 0; at < bytes.length; at += LONG_MESSAGE_BYTES) {
      if (!buffer.push(bytes.subarray(at, at + LONG_MESSAGE_BYTES), position + at)) return false;
      if (!this.#readFrames(side, buffer)) return false;
      if (!buffer.keep()) return false;
    }
    return true;
  }

  #readFrames(side: Side, buffer: StreamBuffer): boolean {
    while (buffer.length >= FRAME_BYTES) {
      if (this.#skip[side] > 0) {
        const skipped = Math.min(this.#skip[side], buffer.length);
        this.#skip[side] -= skipped;
        buffer.consume(skipped);
        continue;
      }
      const head = buffer.bytes;
      const type = head[0]!;
      if (type !== SESSION_MESSAGE && !SERVICE_TYPES.has(type)) return false;
      if (type === SESSION_MESSAGE && buffer.length > FRAME_BYTES && head[4]! < 0xfc) return false;
      const whole = FRAME_BYTES + head[1]! * 65_536 + head[2]! * 256 + head[3]!;
      if (buffer.length < whole) return this.#hold(side, whole);
      this.#release(side);
      if (type === SESSION_MESSAGE) {
        this.#message(side, head.subarray(FRAME_BYTES, whole), buffer.position + FRAME_BYTES);
      }
      buffer.consume(whole);
    }
    return true;
  }

  /** A message waits for the rest of it, unless it is too long to be held. */
  #hold(side: Side, whole: number): boolean {
    if (whole <= LONG_MESSAGE_BYTES || this.#held[side] > 0) return true;
    const { messageBytes, heldBytes } = this.#shared.limits;
    const isTooLong = whole > messageBytes.maximum;
    if (isTooLong || this.#shared.held + whole > heldBytes.maximum) {
      if (isTooLong) messageBytes.reached++;
      else heldBytes.reached++;
      this.#conversation.pastLimit();
      const buffer = this.#buffers[side]!;
      this.#skip[side] = whole - buffer.length;
      buffer.consume(buffer.length);
      return true;
    }
    this.#held[side] = whole;
    this.#shared.held += whole;
    return true;
  }

  #release(side: Side): void {
    this.#shared.held -= this.#held[side];
    this.#held[side] = 0;
  }

  #resync(): void {
    this.#needsStart = true;
    for (const side of [0, 1] as const) {
      this.#release(side);
      this.#skip[side] = 0;
      this.#buffers[side]?.clear();
    }
  }

  #message(side: Side, bytes: Uint8Array, position: number): void {
    if (bytes.length < 8 || bytes[1] !== 0x53 || bytes[2] !== 0x4d || bytes[3] !== 0x42) return;
    const context = this.#open();
    const { facts } = context;
    facts.messages++;
    switch (bytes[0]!) {
      case PROTOCOL.smb1:
        this.#smb1 ??= new Smb1Dialogue(context);
        this.#smb1.message(side, bytes, position);
        break;
      case PROTOCOL.smb2:
        this.#smb2 ??= new Smb2Dialogue(context);
        this.#smb2.chain(side, bytes, position);
        break;
      case PROTOCOL.encrypted:
        facts.encryptedMessages++;
        break;
      case PROTOCOL.compressed:
        facts.compressedMessages++;
        break;
    }
  }

  #open(): SmbContext {
    if (this.#context !== undefined) return this.#context;
    const [conversation, shared] = [this.#conversation, this.#shared];
    const rows = new SmbRows(conversation, shared);
    this.#context = {
      conversation,
      shared,
      rows,
      transfers: new SmbTransfers(conversation, this.#files, rows),
      pipes: new SmbPipes(conversation, shared),
      security: new SmbSecurity(conversation),
      facts: new SmbFacts(),
      state: new SmbState(conversation.now),
    };
    this.#context.facts.startTime = conversation.now;
    return this.#context;
  }
}

/** True where bytes begin with a message of SMB that can be read. */
export function beginsMessage(bytes: Uint8Array): boolean {
  if (bytes.length < 8 || (bytes[4] !== PROTOCOL.smb1 && bytes[4] !== PROTOCOL.smb2)) return false;
  return bytes[5] === 0x53 && bytes[6] === 0x4d && bytes[7] === 0x42;
}
