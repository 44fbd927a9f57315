import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; 20 to 30 ms of one core. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

const derive = promisify(argon2);
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22,86})\$([\w+/]{22,86})$/;

/** A password as a PHC string: argon2id (RFC 9106) with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const tag = await derive("argon2id", {
    message: Buffer.from(password.normalize("NFC")),
    nonce,
    memory: MEMORY_KIB,
    passes: PASSES,
    parallelism: LANES,
    tagLength: TAG_BYTES,
  });
  const cost = `m=${MEMORY_KIB},t=${PASSES},p=${LANES}`;
  return `$argon2id$v=19$${cost}$${toUnpadded(nonce)}$${toUnpadded(tag)}`;
}

/** Whether a password is the one of a PHC string; a string that is none costs nothing and is no. */
export async function isPassword(phc: string, password: string): Promise<boolean> {
  const parts = PHC.exec(phc);
  if (parts === null) return false;
  const expected = Buffer.from(parts[5]!, "base64");
  const tag = await derive("argon2id", {
    message: Buffer.from(password.normalize("NFC")),
    nonce: Buffer.from(parts[4]!, "base64"),
    memory: Number(parts[1]),
    passes: Number(parts[2]),
    parallelism: Number(parts[3]),
    tagLength: expected.length,
  });
  return timingSafeEqual(tag, expected);
}

function toUnpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
