import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type PacketRecord, PcapngWriter } from "../../src/core/pcap/index.ts";
import { isLeftOut, ScratchHome, stock } from "../support/holdfast.ts";
import { packetsOf } from "../support/piece-packets.ts";
import { talkTls } from "../support/tls-talk.ts";

interface Explained {
  readonly value: unknown;
  readonly key_logs: string[];
  readonly steps: { ranges: { length: number; bytes: string; opened?: string }[] }[];
}

const REQUEST = "GET /ledger?quarter=3 HTTP/1.1\r\nHost: accounts.example\r\n\r\n";

function captureOf(packets: readonly PacketRecord[]): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (const packet of packets) pieces.push(writer.packet({ ...packet, snapLength: 262_144 }));
  return Buffer.concat(pieces);
}

test("explain says which key log opened a field of TLS, and none of what lies in clear", async () => {
  const home = ScratchHome.empty();
  const talk = { version: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256", request: REQUEST } as const;
  const [one, other] = [
    await talkTls({ ...talk, response: "HTTP/1.1 204 No Content\r\n\r\n" }),
    await talkTls({ ...talk, response: "HTTP/1.1 204 No Content\r\n\r\n" }),
  ];
  writeFileSync(home.path("other.log"), other.keyLog);
  writeFileSync(home.path("talk.pcapng"), captureOf(packetsOf(one.pieces, 443)));
  writeFileSync(home.path("browser.log"), `# made by a browser\nnonsense\n${one.keyLog}`);
  expect(home.ok("keys", "add", home.path("browser.log")).text).toMatch(
    /\d+ secrets of 1 session; 1 line is no secret$/m,
  );
  home.ok("keys", "add", home.path("other.log"));
  home.ok("import", home.path("talk.pcapng"));
  const [row] = home.json<{ uid: string }>("logs", "http");
  const [uri] = home.json<Explained>("explain", row!.uid, "--field", "http.uri");
  expect(uri).toMatchObject({ value: "/ledger?quarter=3", key_logs: ["browser.log"] });
  const [range] = uri!.steps[0]!.ranges;
  expect(Buffer.from(range!.opened!, "hex").toString()).toBe("/ledger?quarter=3");
  expect(range!.bytes.slice(0, 6)).toBe("170303");
  const [version] = home.json<Explained>("explain", row!.uid, "--field", "ssl.ja4");
  expect(version!.key_logs).toEqual([]);
  const stream = home.run(["stream", row!.uid, "--decrypted"]);
  expect(stream.text).toContain("> GET /ledger?quarter=3 HTTP/1.1");
  expect(stream.text).toContain("< HTTP/1.1 204 No Content");
  expect(stream.errors).toContain("opened with browser.log");
  const raw = home.run(["stream", row!.uid, "--decrypted", "--side", "orig"]);
  expect(raw.text).toBe(REQUEST);
  const shown = home.ok("explain", row!.uid, "--field", "http.uri").text;
  expect(shown).toContain("opened with browser.log");
  expect(shown).toContain("/ledger?quarter=3");
}, 60_000);

test.skipIf(isLeftOut("tshark"))(
  "packets go out with the secrets that open them, and with no others",
  async () => {
    const home = ScratchHome.empty();
    const talk = { version: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" } as const;
    const said = { request: REQUEST, response: "HTTP/1.1 204 No Content\r\n\r\n" };
    const [one, other] = [await talkTls({ ...talk, ...said }), await talkTls({ ...talk, ...said })];
    writeFileSync(home.path("browser.log"), one.keyLog + other.keyLog);
    writeFileSync(home.path("talk.pcapng"), captureOf(packetsOf(one.pieces, 443)));
    home.ok("keys", "add", home.path("browser.log"));
    home.ok("import", home.path("talk.pcapng"));
    const [row] = home.json<{ uid: string }>("logs", "http");
    const out = home.path("out.pcapng");
    const http = (): string =>
      stock("tshark", [
        "-n",
        "-r",
        out,
        "-Y",
        "http.request",
        "-T",
        "fields",
        "-e",
        "http.request.uri",
      ])
        .toString()
        .trim();
    home.ok("packets", "--uid", row!.uid, "-o", out);
    expect(http()).toBe("");
    home.ok("packets", "--uid", row!.uid, "--secrets", "-o", out);
    expect(http()).toBe("/ledger?quarter=3");
    const file = readFileSync(out, "latin1");
    for (const line of other.keyLog.trim().split("\n")) expect(file).not.toContain(line);
    for (const line of one.keyLog.trim().split("\n")) expect(file).toContain(line);
    const [read] = home
      .json<{ type: string; attachments?: string[] }>("ledger")
      .filter(({ type }) => type === "read.packets")
      .slice(-1);
    expect(read?.attachments).toHaveLength(1);
  },
  60_000,
);

test("a TLS connection without its secrets is told so, with what to do", async () => {
  const home = ScratchHome.empty();
  const { pieces } = await talkTls({
    version: "TLSv1.3",
    ciphers: "TLS_AES_128_GCM_SHA256",
    request: REQUEST,
    response: "HTTP/1.1 204 No Content\r\n\r\n",
  });
  writeFileSync(home.path("talk.pcapng"), captureOf(packetsOf(pieces, 443)));
  home.ok("import", home.path("talk.pcapng"));
  const [row] = home.json<{ uid: string }>("logs", "conn");
  const stream = home.run(["stream", row!.uid, "--decrypted"]);
  expect(stream.code).not.toBe(0);
  expect(stream.errors).toContain("case scratch has no key log");
  expect(stream.errors).toContain("holdfast keys add");
}, 60_000);
