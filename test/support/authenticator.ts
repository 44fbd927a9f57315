import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>;

/** As much of CBOR (RFC 8949) as WebAuthn's structures need. */
function encodeCbor(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? headOf(1, -1 - value) : headOf(0, value);
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([headOf(3, text.length), text]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([headOf(2, value.length), value]);
  const pairs = [...(value as ReadonlyMap<number | string, Cbor>)];
  return Buffer.concat([headOf(5, pairs.length), ...pairs.flat().map((one) => encodeCbor(one))]);
}

function headOf(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}

const sha256 = (bytes: string | Buffer): Buffer => createHash("sha256").update(bytes).digest();
const USER_PRESENT_AND_VERIFIED = 0x05;
const ATTESTED = 0x40;

/** A browser with one passkey in it (WebAuthn Level 3, ES256). */
export class Authenticator {
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly id = randomBytes(16).toString("base64url");
  readonly origin: string;
  flags = USER_PRESENT_AND_VERIFIED;

  constructor(origin: string) {
    this.origin = origin;
  }

  create(options: { challenge: string }) {
    const { x, y } = this.#keys.publicKey.export({ format: "jwk" });
    const key = new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x!, "base64url")],
      [-3, Buffer.from(y!, "base64url")],
    ]);
    const id = Buffer.from(this.id, "base64url");
    const length = Buffer.from([0, id.length]);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, encodeCbor(key)]);
    const object = new Map<string, Cbor>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", Buffer.concat([this.#facts(ATTESTED), attested])],
    ]);
    return this.#answer({
      clientDataJSON: this.#client("webauthn.create", options.challenge),
      attestationObject: encodeCbor(object).toString("base64url"),
    });
  }

  get(options: { challenge: string }) {
    const clientDataJSON = this.#client("webauthn.get", options.challenge);
    const facts = this.#facts(0);
    const signed = Buffer.concat([facts, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    return this.#answer({
      clientDataJSON,
      authenticatorData: facts.toString("base64url"),
      signature: sign("sha256", signed, this.#keys.privateKey).toString("base64url"),
    });
  }

  #answer(response: Record<string, string>) {
    const type = "public-key";
    return { id: this.id, rawId: this.id, type, clientExtensionResults: {}, response };
  }

  #client(type: string, challenge: string): string {
    const text = JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false });
    return Buffer.from(text).toString("base64url");
  }

  #facts(more: number): Buffer {
    const party = sha256(new URL(this.origin).hostname);
    return Buffer.concat([party, Buffer.from([this.flags | more, 0, 0, 0, 0])]);
  }
}
