/** The Wireshark that the package was built from; a test holds it to what the package says. */
export const WIRESHARK_VERSION = "4.4.5";

/** One packet of Wireshark's list. */
export interface FrameRow {
  readonly number: number;
  /** Its columns without the first, which is the number. */
  readonly columns: readonly string[];
  /** Colours of the rule that it falls under, as 0xrrggbb; 0 and 0 where there is none. */
  readonly background: number;
  readonly foreground: number;
}

/** One line of a packet's tree. They come in the order they are shown in, each with its level. */
export interface FieldLine {
  readonly label: string;
  /** A display filter that matches this field with this value; empty where there is none. */
  readonly filter: string;
  readonly level: number;
  /**
   * The bytes it was read from, in one of the packet's byte sources; none for what was concluded.
   */
  readonly start: number;
  readonly length: number;
  readonly source: number;
  readonly isProtocol: boolean;
  /** Another packet that this field is about. */
  readonly frame: number | undefined;
}

/**
 * Bytes that a packet's fields were read from: its own, or put together or decrypted from several.
 */
export interface ByteSource {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A stream that a packet is part of, and the filter that finds all of it. */
export interface Followable {
  readonly protocol: string;
  readonly filter: string;
}

export interface Frame {
  readonly lines: readonly FieldLine[];
  /** Lines beyond the limit, which are not there. */
  readonly linesLeftOut: number;
  readonly sources: readonly ByteSource[];
  readonly follow: readonly Followable[];
}

export interface FollowedPart {
  readonly number: number;
  readonly isServer: boolean;
  readonly bytes: Uint8Array;
}

export interface Endpoint {
  readonly host: string;
  readonly port: string;
}

export interface Followed {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly parts: readonly FollowedPart[];
  /** Whether the limit was reached, so that there is more. */
  readonly isCut: boolean;
}

/** Something that was carried whole, as Wireshark's "export objects" finds it. */
export interface CarriedObject {
  readonly token: string;
  readonly protocol: string;
  readonly packet: number;
  readonly host: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
}

export interface CompletedField {
  readonly name: string;
  readonly says: string;
}

/** Everything the page may ask of the worker: what goes in, what comes out. */
export interface Calls {
  /** First of all: the package's program and tables, both as gzip. */
  start: {
    readonly input: { readonly program: ArrayBuffer; readonly tables: ArrayBuffer };
    readonly output: { readonly version: string };
  };
  /** A capture, as pcapng. Whatever was open before is closed. */
  load: {
    readonly input: { readonly capture: Uint8Array };
    readonly output: { readonly packets: number; readonly columns: readonly string[] };
  };
  frames: {
    readonly input: { readonly filter: string; readonly skip: number; readonly limit: number };
    readonly output: { readonly rows: readonly FrameRow[]; readonly matched: number };
  };
  frame: { readonly input: { readonly number: number }; readonly output: Frame };
  /** What is wrong with a display filter; empty if nothing is. */
  check: {
    readonly input: { readonly filter: string };
    readonly output: { readonly fault: string };
  };
  complete: {
    readonly input: { readonly word: string };
    readonly output: { readonly fields: readonly CompletedField[] };
  };
  follow: { readonly input: Followable; readonly output: Followed };
  objects: {
    readonly input: { readonly all: true };
    readonly output: { readonly objects: readonly CarriedObject[]; readonly isCut: boolean };
  };
  object: {
    readonly input: { readonly token: string };
    readonly output: { readonly bytes: Uint8Array };
  };
}

export type CallName = keyof Calls;

export interface Request<K extends CallName = CallName> {
  readonly id: number;
  readonly name: K;
  readonly input: Calls[K]["input"];
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  /** After `isBroken` the worker answers nothing sensible any more and must be made again. */
  | {
      readonly id: number;
      readonly ok: false;
      readonly message: string;
      readonly isBroken: boolean;
    };
