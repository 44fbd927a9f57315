import type { Piece } from "../conversation.ts";

/** A conversation that carries strings: they are drawn one by one, each into a field of its own. */
export interface HostileTalk {
  readonly transport: "tcp" | "udp";
  readonly port: number;
  readonly pieces: readonly Piece[];
}

/** Gives the next string; with a number, no more of its bytes than that. */
export type Draw = (bytesMax?: number) => string;

export type MakeTalk = (draw: Draw) => HostileTalk;

export const overTcp = (port: number, pieces: readonly Piece[]): HostileTalk => ({
  transport: "tcp",
  port,
  pieces,
});
export const overUdp = (port: number, pieces: readonly Piece[]): HostileTalk => ({
  transport: "udp",
  port,
  pieces,
});

/** A string as text of one line, for fields that end with their line. */
export function inLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, " ");
}

/** As `inLine`, without the spaces that part words. */
export function inWord(text: string): string {
  return inLine(text).replaceAll(" ", "_");
}

/** UTF-8 given as letters of one byte, as the text that it is. */
export function inUtf8(text: string): string {
  return Buffer.from(text, "latin1").toString();
}

/** The same in UTF-16. */
export function inUtf16(text: string): Buffer {
  return Buffer.from(inUtf8(text), "utf16le");
}
