import { expect, test } from "vitest";
import { splitPieces, talk } from "../../../../test/support/conversation.ts";
import { talkTls } from "../../../../test/support/tls-talk.ts";
import { createLimit } from "../../base/index.ts";
import { KeyLog, KeyTexts } from "../shared/index.ts";
import { cipherSuite } from "./cipher-suite.ts";
import { ssl } from "./index.ts";

const REQUEST = "GET /secret HTTP/1.1\r\n\r\n";
const RESPONSE = `HTTP/1.1 200 OK\r\n\r\n${"0123456789".repeat(5_000)}`;

const CASES = [
  ["TLSv1.3", "TLS_AES_128_GCM_SHA256"],
  ["TLSv1.3", "TLS_AES_256_GCM_SHA384"],
  ["TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"],
  ["TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLSv1.2", "ECDHE-ECDSA-AES256-CCM8:@SECLEVEL=0"],
  ["TLSv1.2", "ECDHE-ECDSA-AES128-SHA256"],
  ["TLSv1.2", "ECDHE-ECDSA-AES256-SHA384"],
  ["TLSv1.2", "ECDHE-ECDSA-CAMELLIA128-SHA256"],
  ["TLSv1.2", "ECDHE-ARIA256-GCM-SHA384:ECDHE-ECDSA-ARIA256-GCM-SHA384"],
  ["TLSv1.1", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"],
  ["TLSv1", "ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"],
  ["TLSv1.2", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"],
] as const;

test.each(CASES)("%s %s is opened with its key log, whole or cut", async (version, ciphers) => {
  const { pieces, keyLog } = await talkTls({
    version,
    ciphers,
    request: REQUEST,
    response: RESPONSE,
  });
  for (const cut of [pieces, splitPieces(pieces, () => 777)]) {
    const outcome = talk(ssl, cut, { services: { keys: new KeyTexts(keyLog) } });
    expect(outcome.inner).toHaveLength(1);
    const [client, server] = outcome.inner[0]!.bytes.map((bytes) => Buffer.from(bytes).toString());
    expect(client).toBe(REQUEST);
    expect(server).toBe(RESPONSE);
    expect(outcome.rows("ssl")[0]).toMatchObject({ established: true, secrets: "found" });
  }
});

test("with secrets of another connection nothing is opened and nothing made up", async () => {
  const options = { request: REQUEST, response: RESPONSE, ...CIPHER };
  const [one, other] = [await talkTls(options), await talkTls(options)];
  const outcome = talk(ssl, one.pieces, { services: { keys: new KeyTexts(other.keyLog) } });
  expect(outcome.inner).toEqual([]);
  expect(outcome.isDone).toBe(true);
  expect(outcome.rows("ssl")[0]).toMatchObject({ secrets: "none" });
  expect(talk(ssl, one.pieces).rows("ssl")[0]).not.toHaveProperty("secrets");
  const random = one.keyLog.split("\n")[0]!.split(" ")[1]!;
  const wrong = other.keyLog.replaceAll(/^(\S+) \S+/gm, `$1 ${random}`);
  expect(talk(ssl, one.pieces, { services: { keys: new KeyTexts(wrong) } }).inner).toEqual([]);
});

test("secrets of a part of the connection open that part, and the row says so", async () => {
  const { pieces, keyLog } = await talkTls({ request: REQUEST, response: RESPONSE, ...CIPHER });
  const lines = keyLog.split("\n").filter((line) => !line.startsWith("SERVER_TRAFFIC"));
  const outcome = talk(ssl, pieces, { services: { keys: new KeyTexts(lines.join("\n")) } });
  expect(outcome.rows("ssl")[0]).toMatchObject({ secrets: "partial" });
  const [client, server] = outcome.inner[0]!.bytes.map((bytes) => Buffer.from(bytes).toString());
  expect(client).toBe(REQUEST);
  expect(server).toBe("");
});

const CIPHER = { version: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" } as const;

test("lines of a key log that say nothing are passed over", () => {
  const random = "ab".repeat(32);
  const limit = createLimit("secrets", 2);
  const text = `# made by\n\nCLIENT_RANDOM ${random} zz\nRSA x y\nCLIENT_RANDOM ${random.toUpperCase()} 0102\r\n`;
  const log = new KeyLog(new KeyTexts(text), limit);
  expect(log.refresh()).toBe(true);
  expect(log.secret("CLIENT_RANDOM", random)).toEqual(Uint8Array.of(1, 2));
  expect(log.secret("OTHER", random)).toBeUndefined();
  const many = ["00", "01", "02"].map((byte) => `A ${byte.repeat(32)} 00`).join("\n");
  new KeyLog(new KeyTexts(many), limit).refresh();
  expect(limit.reached).toBe(1);
});

test("a suite's name says how it protects, or that it is not read", () => {
  expect(cipherSuite(0xc0a3)).toMatchObject({ mode: "ccm", tagBytes: 8, keyBytes: 32 });
  expect(cipherSuite(0xc028)).toMatchObject({ mode: "cbc", mac: "sha384", prf: "sha384" });
  expect(cipherSuite(0x000a)).toMatchObject({ cbc: "des-ede3-cbc", keyBytes: 24 });
  expect(cipherSuite(0x0005)).toBeUndefined();
  expect(cipherSuite(0xc086)).toBeUndefined();
});
