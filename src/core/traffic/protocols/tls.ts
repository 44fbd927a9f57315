import { ByteWriter } from "../byte-writer.ts";
import type { Random } from "../random.ts";

const HANDSHAKE = 22;
const CHANGE_CIPHER = 20;
const APPLICATION_DATA = 23;

/** A TLS 1.3 ClientHello with server name and ALPN (RFC 8446 §4.1.2). */
export function clientHello(random: Random, serverName: string): Uint8Array {
  const name = new TextEncoder().encode(serverName);
  const extensions = new ByteWriter()
    .raw(
      extension(
        0,
        new ByteWriter()
          .u16(name.length + 3)
          .u8(0)
          .sized(2, name)
          .take(),
      ),
    )
    .raw(extension(10, new ByteWriter().u16(4).u16(29).u16(23).take()))
    .raw(extension(13, new ByteWriter().u16(6).u16(0x0403).u16(0x0804).u16(0x0401).take()))
    .raw(extension(16, new ByteWriter().u16(12).u8(2).text("h2").u8(8).text("http/1.1").take()))
    .raw(extension(43, new ByteWriter().u8(4).u16(0x0304).u16(0x0303).take()))
    .raw(extension(51, new ByteWriter().u16(36).u16(29).sized(2, random.bytes(32)).take()))
    .take();
  const ciphers = new ByteWriter();
  for (const cipher of [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030])
    ciphers.u16(cipher);
  const body = new ByteWriter()
    .u16(0x0303)
    .raw(random.bytes(32))
    .sized(1, random.bytes(32))
    .sized(2, ciphers.take())
    .u8(1, 0)
    .sized(2, extensions)
    .take();
  return record(HANDSHAKE, 0x0301, new ByteWriter().u8(1).sized(3, body).take());
}

/** ServerHello, change of cipher, and the encrypted rest of the server's handshake. */
export function serverHello(random: Random): Uint8Array {
  const extensions = new ByteWriter()
    .raw(extension(43, new ByteWriter().u16(0x0304).take()))
    .raw(extension(51, new ByteWriter().u16(29).sized(2, random.bytes(32)).take()))
    .take();
  const body = new ByteWriter()
    .u16(0x0303)
    .raw(random.bytes(32))
    .sized(1, random.bytes(32))
    .u16(0x1301)
    .u8(0)
    .sized(2, extensions)
    .take();
  return new ByteWriter()
    .raw(record(HANDSHAKE, 0x0303, new ByteWriter().u8(2).sized(3, body).take()))
    .raw(record(CHANGE_CIPHER, 0x0303, new Uint8Array([1])))
    .raw(record(APPLICATION_DATA, 0x0303, random.bytes(2400)))
    .take();
}

export function clientFinished(random: Random): Uint8Array {
  return new ByteWriter()
    .raw(record(CHANGE_CIPHER, 0x0303, new Uint8Array([1])))
    .raw(record(APPLICATION_DATA, 0x0303, random.bytes(53)))
    .take();
}

/** Encrypted bytes nobody can read, in records of at most 16 KiB. */
export function applicationData(random: Random, length: number): Uint8Array {
  const writer = new ByteWriter();
  for (let left = length; left > 0; left -= 16_384) {
    writer.raw(record(APPLICATION_DATA, 0x0303, random.bytes(Math.min(left, 16_384))));
  }
  return writer.take();
}

function extension(type: number, body: Uint8Array): Uint8Array {
  return new ByteWriter().u16(type).sized(2, body).take();
}

function record(type: number, version: number, body: Uint8Array): Uint8Array {
  return new ByteWriter().u8(type).u16(version).sized(2, body).take();
}
