/** PDUs of DCE/RPC (C706 12.6.4) and their parameters for tests. */
export interface PduOptions {
  readonly callId?: number;
  readonly flags?: number;
  /** Level of protection; a trailer of the type is added. */
  readonly level?: number;
  readonly authType?: number;
}

const NDR = "8a885d04-1ceb-11c9-9fe8-08002b104860";
export const NDR64 = "71710533-beba-4937-8319-b5dbef9ccc36";

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

function pdu(kind: number, body: Buffer, options: PduOptions = {}): Uint8Array {
  const { callId = 1, flags = 3, level, authType = 0x0a } = options;
  const auth = level === undefined ? 0 : 16;
  const trailer =
    level === undefined
      ? Buffer.alloc(0)
      : Buffer.from([authType, level, 0, 0, 0, 0, 0, 0, ...Array(16).fill(9)]);
  const head = Buffer.from([5, 0, kind, flags, 0x10, 0, 0, 0]);
  const length = 16 + body.length + trailer.length;
  return new Uint8Array(Buffer.concat([head, u16(length), u16(auth), u32(callId), body, trailer]));
}

export function bind(
  uuids: readonly string[],
  options: PduOptions & { ndr64?: boolean } = {},
): Uint8Array {
  const contexts = uuids.map((uuid, id) =>
    Buffer.concat([
      u16(id),
      Buffer.from([1, 0]),
      uuidBytes(uuid),
      u32(0),
      uuidBytes(options.ndr64 === true ? NDR64 : NDR),
      u32(2),
    ]),
  );
  const counts = Buffer.from([uuids.length, 0, 0, 0]);
  return pdu(11, Buffer.concat([u16(4280), u16(4280), u32(0), counts, ...contexts]), options);
}

export function bindAck(address: string): Uint8Array {
  const text = Buffer.from(`${address}\0`, "latin1");
  return pdu(12, Buffer.concat([u16(4280), u16(4280), u32(1), u16(text.length), text]));
}

export function request(
  opnum: number,
  stub: Uint8Array,
  options: PduOptions & { context?: number } = {},
): Uint8Array {
  const head = Buffer.concat([u32(stub.length), u16(options.context ?? 0), u16(opnum)]);
  return pdu(0, Buffer.concat([head, stub]), options);
}

export function response(
  stub: Uint8Array,
  options: PduOptions & { context?: number } = {},
): Uint8Array {
  const head = Buffer.concat([u32(stub.length), u16(options.context ?? 0), Buffer.alloc(2)]);
  return pdu(2, Buffer.concat([head, stub]), options);
}

/** Parameters in 32-bit form, each aligned to 4. */
export class Stub {
  #bytes = Buffer.alloc(0);

  add(bytes: Uint8Array): this {
    const pad = (4 - (this.#bytes.length % 4)) % 4;
    this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(pad), bytes]);
    return this;
  }

  number(value: number): this {
    return this.add(u32(value));
  }

  handle(fill: number): this {
    return this.add(Buffer.alloc(20, fill));
  }

  /** A text of two-byte letters, with its end mark. */
  text(text: string): this {
    const bytes = Buffer.from(`${text}\0`, "utf16le");
    this.number(text.length + 1)
      .number(0)
      .number(text.length + 1);
    return this.add(bytes);
  }

  pointer(text: string | undefined): this {
    return text === undefined ? this.number(0) : this.number(0x20000).text(text);
  }

  done(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }
}
