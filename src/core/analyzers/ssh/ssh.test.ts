import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { LogRows } from "../../../../test/support/log-rows.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { createLimit } from "../../base/index.ts";
import { LogWriter } from "../shared/index.ts";
import { GuessWatch, noticeSchema } from "../shared/notice/index.ts";
import { ssh } from "./index.ts";
import { LoginWatch } from "./login-watch.ts";
import { chooseAlgorithm, commonVersion } from "./ssh-parser.ts";

const u32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const text = (value: string): number[] => [...u32(value.length), ...Buffer.from(value)];
const line = (value: string): Uint8Array => Buffer.from(`${value}\r\n`);

/** A message of SSH 2 before encryption (RFC 4253 6). */
function message(number: number, payload: readonly number[]): Uint8Array {
  const padding = 4;
  const length = 2 + payload.length + padding;
  return Uint8Array.from([...u32(length), padding, number, ...payload, 0, 0, 0, 0]);
}

function kexinit(kex: string, cipher = "aes128-ctr", mac = "hmac-sha1"): Uint8Array {
  const lists = [kex, "ssh-rsa", cipher, cipher, mac, mac, "none", "none", "", ""];
  return message(20, [...Array(16).fill(7), ...lists.flatMap(text), 0, 0, 0, 0, 0]);
}

const opened: Piece[] = [
  [1, line("SSH-2.0-OpenSSH_9.2")],
  [0, line("SSH-2.0-OpenSSH_9.7")],
  [0, kexinit("curve25519-sha256,ecdh-sha2-nistp256")],
  [1, kexinit("ecdh-sha2-nistp256,curve25519-sha256", "aes128-ctr,aes256-ctr")],
  [0, message(30, text("client point"))],
  [1, message(31, [...text("host key"), ...text("server point"), ...text("signature")])],
  [1, message(21, [])],
  [0, message(21, [])],
];
const bytes = (length: number): Uint8Array => new Uint8Array(length);

test("versions, algorithms and host key are in the row", () => {
  const out = talk(ssh, opened);
  expect(out.services).toEqual(["ssh"]);
  expect(out.rows("ssh")).toEqual([
    expect.objectContaining({
      version: 2,
      client: "SSH-2.0-OpenSSH_9.7",
      server: "SSH-2.0-OpenSSH_9.2",
      kex_alg: "curve25519-sha256",
      cipher_alg: "aes128-ctr",
      host_key_alg: "ssh-rsa",
      auth_attempts: 0,
      host_key_sha256: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
      hassh: expect.stringMatching(/^[0-9a-f]{32}$/),
    }),
  ]);
});

test("a login that fails twice and then succeeds is told from the sizes of segments", () => {
  const out = talk(ssh, [
    ...opened,
    [0, bytes(48)],
    [1, bytes(48)],
    [0, bytes(64)],
    [1, bytes(80)],
    [0, bytes(144)],
    [1, bytes(80)],
    [0, bytes(144)],
    [1, bytes(32)],
  ]);
  expect(out.rows("ssh")[0]).toMatchObject({ auth_success: true, auth_attempts: 2 });
  expect(out.isDone).toBe(true);
});

test("what a server says before its version is passed over, a client may say nothing", () => {
  const greeting: Piece = [1, line("welcome to the machine")];
  expect(talk(ssh, [greeting, ...opened]).services).toEqual(["ssh"]);
  expect(talk(ssh, [[0, line("GET / HTTP/1.1")]]).rejected).toBe("no version");
});

test("versions agree as RFC 4253 says", () => {
  expect(commonVersion("SSH-2.0-a", "SSH-1.99-b")).toBe(2);
  expect(commonVersion("SSH-1.5-a", "SSH-1.99-b")).toBe(1);
  expect(commonVersion("SSH-1.99-a", "SSH-1.99-b")).toBe(2);
  expect(commonVersion("SSH-1.5-a", "SSH-2.0-b")).toBeUndefined();
  expect(chooseAlgorithm("a,b", "b,a")).toBe("a");
  expect(chooseAlgorithm("a", "b")).toBe("Algorithm negotiation failed");
});

test("a banner before the login is not taken for a failure", () => {
  const watch = new LoginWatch();
  watch.segment(true, 48);
  watch.segment(false, 48);
  watch.segment(true, 64);
  watch.segment(false, 1000);
  watch.segment(false, 80);
  watch.segment(true, 144);
  expect(watch.segment(false, 32)).toBe(true);
  expect(watch.attempts).toBe(1);
});

test("whole, byte by byte and however cut, the handshake gives the same row", () => {
  const rows = rowsWithoutTimes(ssh, ["ssh"]);
  expectSameHoweverCut(opened, rows, { pieceBytesMax: 300 });
});

test("a list with more names than its limit is cut, told, and marks the flow once", () => {
  const names = Array.from({ length: 150 }, (_, n) => `kex-${n}`).join(",");
  const out = talk(ssh, [opened[0]!, opened[1]!, [0, kexinit(names)]]);
  expect(out.weirds).toEqual(["SSH_max_kexinit_kex_algorithms_exceeded 150 > 100"]);
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(ssh, []);
  expectAnyBytesHarmless(ssh, opened.slice(0, 2));
});

test("both programs are in the inventory, the server's with its port", () => {
  const out = talk(ssh, opened, { responderPort: 22 });
  expect(out.rows("software")).toEqual([
    expect.objectContaining({ software_type: "SSH::SERVER", host_p: 22, name: "OpenSSH" }),
    expect.objectContaining({ software_type: "SSH::CLIENT", "version.major": 9 }),
  ]);
});

test("who fails often enough is told as guessing passwords, once", () => {
  const [rows, limit] = [new LogRows(), createLimit("ssh.passwordGuesses", 3)];
  const log = new LogWriter(noticeSchema, rows, { baseSeconds: () => 0 });
  const watch = new GuessWatch({ log: () => log, limit: createLimit }, "ssh", {
    note: "SSH::Password_Guessing",
    threshold: limit,
    windowSeconds: 60,
    says: (source, failures) => `${source} failed ${failures} times`,
  });
  const [source, server] = [mappedAddress(10, 0, 0, 1), mappedAddress(10, 0, 0, 2)];
  for (const second of [0, 50, 100, 120, 121, 122]) watch.failed(second * 1e9, source, server);
  log.end();
  expect(rows.of("notice")).toEqual([
    expect.objectContaining({
      msg: "10.0.0.1 failed 3 times",
      src: "10.0.0.1",
      sub: "Sampled servers:  10.0.0.2, 10.0.0.2, 10.0.0.2",
    }),
  ]);
});

function mappedAddress(...bytes: readonly [number, number, number, number]): Int32Array {
  const [a, b, c, d] = bytes;
  return Int32Array.of(0, 0, 0xffff, (a << 24) | (b << 16) | (c << 8) | d);
}

test("a packet longer than any ends the reading, and what was said before has its row", () => {
  const out = talk(ssh, [opened[0]!, opened[1]!, [1, Uint8Array.of(0x7f, 0xff, 0, 0)], ...opened]);
  expect(out.weirds).toEqual(["SSH_max_packet_length_exceeded 2147418112 > 262144"]);
  expect(out.rejected).toBeUndefined();
  expect(out.rows("ssh")).toMatchObject([{ version: 2 }]);
  const endless = talk(ssh, [[0, new Uint8Array(Buffer.from(`SSH-2.0-${"a".repeat(300_000)}`))]]);
  expect(endless.rows("ssh")).toEqual([]);
});
