import { generateKeyPairSync, sign } from "node:crypto";
import { der } from "./der.ts";

const ECDSA_WITH_SHA256 = der(0x30, der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]));
const text = (tag: number, value: string): number[] => der(tag, Buffer.from(value, "latin1"));

/** A certificate that signs itself for one name (RFC 5280), with its key. */
export function selfSigned(name: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const commonName = der(0x30, der(0x06, [0x55, 4, 3]), text(0x0c, name));
  const subject = der(0x30, der(0x31, commonName));
  const validity = der(0x30, text(0x17, "250101000000Z"), text(0x17, "490101000000Z"));
  const names = der(0x04, der(0x30, text(0x82, name)));
  const alternative = der(0x30, der(0x06, [0x55, 0x1d, 0x11]), names);
  const facts = der(
    0x30,
    der(0xa0, der(0x02, [2])),
    der(0x02, [1]),
    ECDSA_WITH_SHA256,
    subject,
    validity,
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, alternative)),
  );
  const signature = sign("sha256", Buffer.from(facts), privateKey);
  const whole = Buffer.from(der(0x30, facts, ECDSA_WITH_SHA256, der(0x03, [0], signature)));
  const lines = whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
