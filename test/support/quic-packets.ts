import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import { numbers } from "./bug-captures/bug-capture.ts";

/** RFC 9001 5.2. */
const SALT = Buffer.from("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "hex");
const NUMBER_BYTES = 4;
const TAG_BYTES = 16;
const INITIAL = 0xc0;

/** Label and length that a key is made with (RFC 8446 7.1). */
function labelled(label: string, length: number): Buffer {
  const text = Buffer.from(`tls13 ${label}`);
  return Buffer.concat([Buffer.from([0, length, text.length]), text, Buffer.from([0])]);
}

function expanded(secret: Uint8Array, label: string, length: number): Buffer {
  const info = Buffer.concat([labelled(label, length), Buffer.from([1])]);
  return createHmac("sha256", secret).update(info).digest().subarray(0, length);
}

/** A number in two bytes, as QUIC writes it (RFC 9000 16). */
export function quicNumber(value: number): number[] {
  return numbers([2, 0x4000 | value]);
}

/** A client's Initial packet with these frames, sealed with the keys of its connection id. */
export function quicInitial(id: Uint8Array, number: number, frames: Uint8Array): Uint8Array {
  const secret = new Uint8Array(hkdfSync("sha256", id, SALT, labelled("client in", 32), 32));
  const length = quicNumber(NUMBER_BYTES + frames.length + TAG_BYTES);
  const header = Buffer.from([
    ...[INITIAL | (NUMBER_BYTES - 1), 0, 0, 0, 1, id.length, ...id, 0, 0],
    ...length,
    ...numbers([4, number]),
  ]);
  const nonce = expanded(secret, "quic iv", 12);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  const cipher = createCipheriv("aes-128-gcm", expanded(secret, "quic key", 16), nonce);
  cipher.setAAD(header);
  const sealed = Buffer.concat([cipher.update(frames), cipher.final(), cipher.getAuthTag()]);
  const sample = sealed.subarray(0, 16);
  const mask = createCipheriv("aes-128-ecb", expanded(secret, "quic hp", 16), null).update(sample);
  header[0]! ^= mask[0]! & 0x0f;
  for (let n = 0; n < NUMBER_BYTES; n++) header[header.length - NUMBER_BYTES + n]! ^= mask[1 + n]!;
  return new Uint8Array(Buffer.concat([header, sealed]));
}
