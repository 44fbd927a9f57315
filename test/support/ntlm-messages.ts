/** Messages of NTLM (MS-NLMP 2.2.1) for tests. */
const UNICODE = 1;
const TARGET_INFO = 0x0080_0000;
const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");

function head(type: number, length: number): Buffer {
  const message = Buffer.alloc(length);
  message.write("NTLMSSP\0", "latin1");
  message.writeUInt32LE(type, 8);
  return message;
}

export function negotiate(): Uint8Array {
  const message = head(1, 32);
  message.writeUInt32LE(UNICODE, 12);
  return new Uint8Array(message);
}

/** A challenge with names in its target information. */
export function challenge(names: {
  computer: string;
  dnsComputer: string;
  tree: string;
}): Uint8Array {
  const pairs = Object.entries({ 1: names.computer, 3: names.dnsComputer, 5: names.tree }).map(
    ([id, name]) => {
      const text = utf16(name);
      const pair = Buffer.alloc(4);
      pair.writeUInt16LE(Number(id), 0);
      pair.writeUInt16LE(text.length, 2);
      return Buffer.concat([pair, text]);
    },
  );
  const info = Buffer.concat([...pairs, Buffer.alloc(4)]);
  const message = head(2, 48);
  message.writeUInt32LE(UNICODE | TARGET_INFO, 20);
  message.writeUInt16LE(info.length, 40);
  message.writeUInt32LE(48, 44);
  return new Uint8Array(Buffer.concat([message, info]));
}

/** A logon with a response as version 2 has it. */
export function authenticate(who: {
  user: string;
  domain: string;
  workstation: string;
}): Uint8Array {
  const message = head(3, 64);
  const parts: Buffer[] = [];
  let at = 64;
  const place = (field: number, bytes: Buffer): void => {
    message.writeUInt16LE(bytes.length, field);
    message.writeUInt32LE(at, field + 4);
    at += bytes.length;
    parts.push(bytes);
  };
  place(20, Buffer.alloc(60, 7));
  place(28, utf16(who.domain));
  place(36, utf16(who.user));
  place(44, utf16(who.workstation));
  message.writeUInt32LE(UNICODE, 60);
  return new Uint8Array(Buffer.concat([message, ...parts]));
}
