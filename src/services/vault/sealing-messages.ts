import type { BodyPaths, SealedBody } from "./body-sealer.ts";

/** Begins a segment in the frame worker, which passes it on to the seal worker. */
export interface BeginMessage {
  readonly kind: "begin";
  readonly paths: BodyPaths & { readonly events: string };
  readonly recipients: readonly string[];
  readonly compressionLevel: number;
}

/** Plaintext whose ArrayBuffer moves with the message. */
export interface PlainMessage {
  readonly kind: "plain";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface EventsMessage {
  readonly kind: "events";
  readonly bytes: Uint8Array;
}

/** One frame: `rawAt` is where it begins in `spent` when it did not shrink, else -1. */
export interface FramePlace {
  readonly framedBytes: number;
  readonly plainBytes: number;
  readonly rawAt: number;
}

/** Frames made from one plaintext buffer, which travels along to be recycled once they are sealed. */
export interface FramedMessage {
  readonly kind: "framed";
  /** Compressed frames one after another. */
  readonly framed: Uint8Array<ArrayBuffer>;
  readonly places: readonly FramePlace[];
  readonly spent: Uint8Array<ArrayBuffer> | undefined;
  /** Whether `spent` came from the writer and goes back to it. */
  readonly isLent: boolean;
}

/** What the frame worker alone knows of a segment. */
export interface PlaintextFacts {
  readonly plaintext_sha256: string;
  readonly plaintext_bytes: number;
  readonly events_sha256: string | null;
  readonly events_bytes: number;
}

export type ToFrameWorker =
  | BeginMessage
  | PlainMessage
  | EventsMessage
  | { readonly kind: "finish" }
  | { readonly kind: "abandon" };

export type ToSealWorker =
  | BeginMessage
  | PlainMessage
  | FramedMessage
  | { readonly kind: "finish"; readonly facts: PlaintextFacts }
  | { readonly kind: "abandon" };

export type FromWorker =
  | { readonly kind: "release"; readonly spent: Uint8Array<ArrayBuffer> }
  | { readonly kind: "sealed"; readonly facts: PlaintextFacts & SealedBody }
  | { readonly kind: "abandoned" }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      readonly remedy: string | undefined;
    };

/** What both workers are started with. */
export interface WorkerStart {
  readonly port: MessagePort;
  /** Element 0 counts the messages with bytes that the seal worker has finished. */
  readonly progress: Int32Array;
}

type MessagePort = import("node:worker_threads").MessagePort;
