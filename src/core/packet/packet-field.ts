import type { ByteReader } from "../base/index.ts";
import { formatAddress } from "./address.ts";
import type { InnerPacket } from "./tunnels/inner-packet.ts";

/** One field of a packet: what it is called, what it says, and which bytes say so. */
export interface PacketField {
  /** Stable dotted name, such as `tcp.flags`. */
  name: string;
  /** For people. */
  label: string;
  value: string;
  offset: number;
  length: number;
  children: PacketField[];
}

/** Builds the tree while reading: a field that was cut off is not added. */
export class FieldList {
  readonly roots: PacketField[] = [];
  readonly reader: ByteReader;
  /** The packet that the one being read carries; where its tunnel's headers end, reading goes on with it. */
  inner: InnerPacket | undefined = undefined;
  #into: PacketField[] = this.roots;

  constructor(reader: ByteReader) {
    this.reader = reader;
  }

  get isShort(): boolean {
    return this.reader.short;
  }

  /** Reads a header's fields as children of one field that covers them. */
  group(name: string, label: string, read: () => void): PacketField | undefined {
    if (this.reader.remaining === 0) return undefined;
    const field = { name, label, value: "", offset: this.reader.position, length: 0, children: [] };
    const outer = this.#into;
    outer.push(field);
    this.#into = field.children;
    read();
    this.#into = outer;
    field.length = this.reader.position - field.offset;
    return field;
  }

  u8(name: string, label: string): number {
    return this.#add(name, label, 1, this.reader.u8(name), String);
  }

  u16(name: string, label: string): number {
    return this.#add(name, label, 2, this.reader.u16(name), String);
  }

  u32(name: string, label: string): number {
    return this.#add(name, label, 4, this.reader.u32(name), String);
  }

  hex16(name: string, label: string): number {
    return this.#add(
      name,
      label,
      2,
      this.reader.u16(name),
      (value) => `0x${value.toString(16).padStart(4, "0")}`,
    );
  }

  /** The upper 24 of 32 bits, as network ids are written. */
  upper24(name: string, label: string): number {
    return this.#add(name, label, 4, this.reader.u32(name) >>> 8, String);
  }

  /** Sixteen bits of which only `mask` belongs to the field. */
  bits16(name: string, label: string, mask: number): number {
    return this.#add(name, label, 2, this.reader.u16(name) & mask, String);
  }

  /** A number whose text another function makes. */
  number(name: string, label: string, bytes: 1 | 2, toText: (value: number) => string): number {
    const value = bytes === 1 ? this.reader.u8(name) : this.reader.u16(name);
    return this.#add(name, label, bytes, value, toText);
  }

  mac(name: string, label: string): void {
    const bytes = this.reader.take(name, 6);
    if (bytes.length === 6) this.#push(name, label, hexOf(bytes, ":"), 6);
  }

  bytes(name: string, label: string, length: number): void {
    const bytes = this.reader.take(name, length);
    if (bytes.length === length) this.#push(name, label, hexOf(bytes, " "), length);
  }

  ipv4(name: string, label: string): void {
    const value = this.reader.u32(name);
    if (!this.isShort) this.#push(name, label, formatAddress(0, 0, 0xffff, value), 4);
  }

  ipv6(name: string, label: string): void {
    const words = [0, 1, 2, 3].map(() => this.reader.u32(name));
    if (!this.isShort)
      this.#push(name, label, formatAddress(words[0]!, words[1]!, words[2]!, words[3]!), 16);
  }

  /** Everything that is left, not printed. */
  rest(name: string, label: string): void {
    const length = this.reader.remaining;
    this.reader.skip(length);
    if (length > 0) this.#push(name, label, `${length} bytes`, length);
  }

  #add(
    name: string,
    label: string,
    length: number,
    value: number,
    toText: (value: number) => string,
  ): number {
    if (!this.isShort) this.#push(name, label, toText(value), length);
    return value;
  }

  #push(name: string, label: string, value: string, length: number): void {
    this.#into.push({
      name,
      label,
      value,
      offset: this.reader.position - length,
      length,
      children: [],
    });
  }
}

function hexOf(bytes: Uint8Array, between: string): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(between);
}
