import type { Piece } from "../conversation.ts";
import { A, B, ipv4, udp } from "../crafted-packets.ts";
import { packetsOf } from "../piece-packets.ts";

/** A row that a reader of the logs should find: its log and some of its fields. */
export type Shown = readonly [log: string, fields: Readonly<Record<string, unknown>>];

/** A published class of parser bug, and how a capture of our own shows it. */
export interface BugCapture {
  /** Kebab-case, and the same for ever: documents and findings name it. */
  readonly name: string;
  /** What an attacker sends, and what went wrong where it was published. */
  readonly says: string;
  /** Project, version, and the number of the issue or advisory. */
  readonly published: string;
  /** How often the smallest capture has what makes the flood. */
  readonly size: number;
  /** Raw IP packets in which the flood is so many times as long. */
  packets(size: number): Uint8Array[];
  readonly shows: readonly Shown[];
  /** Rows that all logs together may have; a few, whatever the size, unless said. */
  rowsMax?(size: number): number;
}

/** The bytes of a text of one-byte letters. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** A piece that the client sends. */
export function client(what: string | ArrayLike<number>): Piece {
  return [0, typeof what === "string" ? bytesOf(what) : Uint8Array.from(what)];
}

/** A piece that the server sends. */
export function server(what: string | ArrayLike<number>): Piece {
  return [1, typeof what === "string" ? bytesOf(what) : Uint8Array.from(what)];
}

/** As many as are asked for, each made of its number. */
export function many<T>(length: number, make: (n: number) => T): T[] {
  return Array.from({ length }, (_, n) => make(n));
}

/** Big-endian numbers of one, two or four bytes. */
export function numbers(...parts: readonly (readonly [bytes: 1 | 2 | 4, value: number])[]) {
  return parts.flatMap(([width, value]) =>
    Array.from({ length: width }, (_, n) => Math.floor(value / 256 ** (width - 1 - n)) % 256),
  );
}

/** One TCP connection to a port; pieces of a side that follow each other share segments. */
export function overTcp(port: number, pieces: readonly Piece[]): Uint8Array[] {
  const merged: [side: 0 | 1, parts: Uint8Array[]][] = [];
  for (const [side, what] of pieces) {
    if (typeof what === "number") throw new Error("holes have no place in these captures");
    const last = merged.at(-1);
    if (last?.[0] === side) last[1].push(what);
    else merged.push([side, [what]]);
  }
  const whole = merged.map(([side, parts]): Piece => [side, new Uint8Array(Buffer.concat(parts))]);
  return packetsOf(whole, port).map(({ bytes }) => bytes);
}

/** Datagrams between one client and a port, a piece each. */
export function overUdp(port: number, pieces: readonly Piece[]): Uint8Array[] {
  return pieces.map(([side, what]) => {
    const payload = what as Uint8Array;
    if (side === 0) return ipv4([A, B], 17, udp(40_000, port, payload));
    return ipv4([B, A], 17, udp(port, 40_000, payload));
  });
}
