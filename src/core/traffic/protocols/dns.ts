import { ByteWriter } from "../byte-writer.ts";

/** A query for an A record and its answer (RFC 1035). */
export function dnsExchange(
  id: number,
  name: string,
  address: readonly number[],
): { query: Uint8Array; answer: Uint8Array } {
  const question = new ByteWriter().raw(encodeName(name)).u16(1).u16(1).take();
  const query = header(id, 0x0100, 0).raw(question).take();
  const answer = header(id, 0x8180, 1)
    .raw(question)
    .u16(0xc00c) // the name is the question's, at offset 12
    .u16(1)
    .u16(1)
    .u32(300)
    .sized(2, new Uint8Array(address))
    .take();
  return { query, answer };
}

function header(id: number, flags: number, answers: number): ByteWriter {
  return new ByteWriter().u16(id).u16(flags).u16(1).u16(answers).u16(0).u16(0);
}

function encodeName(name: string): Uint8Array {
  const writer = new ByteWriter();
  for (const label of name.split(".")) writer.sized(1, new TextEncoder().encode(label));
  return writer.u8(0).take();
}
