import { escapeText } from "./text.ts";

/** Of a run, the share of bytes that must be text for it to be shown as text. */
const TEXT_SHARE = 0.9;
/** A run is shown when it has grown so long, though the same side goes on. */
const RUN_BYTES_MAX = 4096;
const ROW_BYTES = 16;
const NEWLINE = 10;

/**
 * Shows a conversation for people: `>` before what the originator sent, `<` before the responder's.
 * Text stays text, anything else becomes rows of hexadecimal; nothing reaches the terminal as it is.
 */
export class ConversationText {
  readonly #write: (text: string) => void;
  #side: "orig" | "resp" = "orig";
  #position = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  data(side: "orig" | "resp", position: number, bytes: Uint8Array): void {
    if (side !== this.#side || position !== this.#position + this.#heldBytes) this.flush();
    if (this.#heldBytes === 0) {
      this.#side = side;
      this.#position = position;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= RUN_BYTES_MAX) this.flush();
  }

  /** A line of our own between the bytes. */
  remark(side: "orig" | "resp", text: string): void {
    this.flush();
    this.#write(`${markOf(side)} [${text}]\n`);
  }

  flush(): void {
    if (this.#heldBytes === 0) return;
    const bytes = Buffer.concat(this.#held);
    const mark = markOf(this.#side);
    const lines = isText(bytes) ? textLines(bytes) : hexLines(bytes, this.#position);
    this.#write(lines.map((line) => `${mark} ${line}\n`).join(""));
    this.#position += this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
  }
}

function markOf(side: "orig" | "resp"): string {
  return side === "orig" ? ">" : "<";
}

function isText(bytes: Uint8Array): boolean {
  let count = 0;
  for (const byte of bytes) {
    if ((byte >= 32 && byte < 127) || byte === 9 || byte === NEWLINE || byte === 13) count++;
  }
  return count >= bytes.length * TEXT_SHARE;
}

function textLines(bytes: Uint8Array): string[] {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => escapeText(line.replace(/\r$/, "")));
}

/** Rows as `hexdump -C` has them: position, bytes, printable characters. */
export function hexLines(bytes: Uint8Array, position: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = [...row].map((byte) =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".",
    );
    const offset = (position + at).toString(16).padStart(8, "0");
    lines.push(`${offset}  ${hex.padEnd(ROW_BYTES * 3 - 1)}  ${text.join("")}`);
  }
  return lines;
}
