import { asciiText, hexText, utf16Text } from "../shared/index.ts";

/** Bytes of one text that are read: a command line has at most 32,767 characters. */
const TEXT_BYTES_MAX = 65_536;
/** Texts that are taken out of parameters whose structure is not known, and what they need. */
const TEXTS_MAX = 16;
const TEXT_CHARACTERS_MIN = 4;

/** Reads parameters of a call (C706 14.3, MS-RPCE 2.2.5): one after the other, each aligned. */
export class NdrReader {
  readonly stub: Uint8Array;
  position = 0;
  /** The parameters ended before what was asked for. */
  short = false;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  readonly #is64: boolean;

  constructor(stub: Uint8Array, form: { littleEndian: boolean; isNdr64: boolean }) {
    this.stub = stub;
    this.#view = new DataView(stub.buffer, stub.byteOffset, stub.length);
    this.#littleEndian = form.littleEndian;
    this.#is64 = form.isNdr64;
  }

  u8(): number {
    const at = this.#take(1, 1);
    return at < 0 ? 0 : this.stub[at]!;
  }

  u16(): number {
    const at = this.#take(2, 2);
    return at < 0 ? 0 : this.#view.getUint16(at, this.#littleEndian);
  }

  u32(): number {
    const at = this.#take(4, 4);
    return at < 0 ? 0 : this.#view.getUint32(at, this.#littleEndian);
  }

  skip(length: number): void {
    this.#take(length, 1);
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length, 1);
    return at < 0 ? new Uint8Array(0) : this.stub.subarray(at, at + length);
  }

  /** True when a pointer points to something, which then follows. */
  pointer(): boolean {
    return this.#word() !== 0;
  }

  /** A text in a structure of its own (RPC_UNICODE_STRING, MS-DTYP 2.3.10): two lengths, a pointer. */
  countedText(): string | undefined {
    // A structure is aligned as its widest part is: the pointer.
    this.#take(0, this.#is64 ? 8 : 4);
    this.u16();
    this.u16();
    return this.textPointer();
  }

  /** A context handle, as text that tells it from others (20 bytes, MS-RPCE 2.2.1.1). */
  handle(): string {
    const at = this.#take(20, 4);
    return at < 0 ? "" : hexText(this.stub.subarray(at, at + 20));
  }

  /** A text with its three counts in front: characters of two bytes, or of one. */
  text(characterBytes: 1 | 2 = 2): string {
    this.#word();
    this.#word();
    const length = Math.min(this.#word() * characterBytes, TEXT_BYTES_MAX);
    const at = this.#take(length, 1);
    if (at < 0) return "";
    const bytes = this.stub.subarray(at, at + length);
    return untilNul(characterBytes === 2 ? utf16Text(bytes) : asciiText(bytes));
  }

  /** A pointer to a text; undefined when it points nowhere. */
  textPointer(characterBytes: 1 | 2 = 2): string | undefined {
    return this.pointer() ? this.text(characterBytes) : undefined;
  }

  /** The number that a response ends with: the result. */
  result(): number | undefined {
    const { length } = this.stub;
    return length < 4 ? undefined : this.#view.getUint32(length - 4, this.#littleEndian);
  }

  /** Texts of two-byte letters wherever they lie, of parameters whose structure is not known. */
  visibleTexts(): string[] {
    const texts: string[] = [];
    const { stub } = this;
    let start = 0;
    let at = 0;
    while (at <= stub.length && texts.length < TEXTS_MAX) {
      if (stub[at]! >= 0x20 && stub[at]! < 0x7f && stub[at + 1] === 0) {
        at += 2;
        continue;
      }
      if (at - start >= TEXT_CHARACTERS_MIN * 2) texts.push(utf16Text(stub.subarray(start, at)));
      at++;
      start = at;
    }
    return texts;
  }

  /** A count or pointer: four bytes, eight in the 64-bit form. */
  #word(): number {
    if (!this.#is64) return this.u32();
    const at = this.#take(8, 8);
    if (at < 0) return 0;
    const low = this.#view.getUint32(at + (this.#littleEndian ? 0 : 4), this.#littleEndian);
    const high = this.#view.getUint32(at + (this.#littleEndian ? 4 : 0), this.#littleEndian);
    return high === 0 ? low : 0xffff_ffff;
  }

  #take(length: number, alignment: number): number {
    const at = Math.ceil(this.position / alignment) * alignment;
    if (at + length > this.stub.length) {
      this.short = true;
      this.position = this.stub.length;
      return -1;
    }
    this.position = at + length;
    return at;
  }
}

function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
