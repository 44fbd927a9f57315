import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome, stock } from "../support/holdfast.ts";

/** A small capture: so many UDP packets between two hosts, a second apart. */
function smallCapture(packets = 20): Buffer {
  const writer = new PcapngWriter();
  const between = { from: host("10.0.0.1"), to: host("10.0.0.2"), identification: 1 };
  const frame = udpFrame(
    between,
    { source: 1000, destination: 53 },
    new Uint8Array([0xde, 0xad, 0xbe, 0xef]),
  );
  const pieces = [writer.start({})];
  for (let n = 0; n < packets; n++) {
    pieces.push(
      writer.packet({
        bytes: frame,
        originalBytes: frame.length,
        seconds: 1_700_000_000 + n,
        nanoseconds: 0,
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  return Buffer.concat(pieces);
}

/** One sentence, and no stack. */
function expectSentence(errors: string, pattern: RegExp): void {
  expect(errors).toMatch(pattern);
  expect(errors).not.toMatch(/\n\s+at |Error:/);
}

test("a file that is not there, is a folder, is empty or is no capture gets a sentence and code 3 or 1", () => {
  const home = ScratchHome.empty();
  writeFileSync(home.path("empty"), "");
  writeFileSync(
    home.path("text"),
    "this is no capture at all, it is a letter to nobody\n".repeat(10),
  );
  mkdirSync(home.path("folder"));
  const cases = [
    ["nowhere", 1, /cannot read .*nowhere/],
    ["folder", 3, /is a folder/],
    ["empty", 3, /the file is empty/],
    ["text", 3, /not a capture/],
  ] as const;
  for (const [name, code, pattern] of cases) {
    const done = home.run(["import", home.path(name)]);
    expectSentence(done.errors, pattern);
    expect(done.code, name).toBe(code);
  }
  expect(home.ok("verify").text).toMatch(/^good/m);
});

test("a cut capture keeps what came before the cut, says so, and reads back", () => {
  const home = ScratchHome.empty();
  const whole = smallCapture();
  writeFileSync(home.path("cut.pcapng"), whole.subarray(0, whole.length - 7));
  expect(home.ok("import", home.path("cut.pcapng")).text).toMatch(
    /19 packets.*\n.*\n.*kept as it is, but/,
  );
  const [segment] = home.json<{ complete: boolean; fault: string }>("segments");
  expect(segment).toMatchObject({ complete: false });
  home.ok("packets", "udp", "-o", home.path("out.pcapng"));
  expect(home.run(["query", "udp"]).errors).toContain(
    "not recorded: cut.pcapng: the file ends early",
  );
});

test("compressed captures are sealed as they are, with a working copy, and read the same", () => {
  const home = ScratchHome.empty();
  const plain = smallCapture();
  writeFileSync(home.path("a.pcapng.gz"), gzipSync(plain));
  writeFileSync(home.path("b.pcapng.zst"), zstdCompressSync(plain));
  for (const name of ["a.pcapng.gz", "b.pcapng.zst"]) home.ok("import", home.path(name));
  const segments = home.json<{ kind: string; derived_from: string | null }>("segments");
  expect(segments.map(({ kind }) => kind).sort()).toEqual([
    "original",
    "original",
    "working",
    "working",
  ]);
  home.ok("packets", "udp", "-o", home.path("out.pcapng"));
  expect(home.ok("verify").text).toMatch(/^good/m);
});

test("compressed data cut short keeps the packets before the cut", () => {
  const home = ScratchHome.empty();
  const squeezed = gzipSync(smallCapture(5000), { level: 1 });
  writeFileSync(home.path("cut.gz"), squeezed.subarray(0, Math.floor(squeezed.length * 0.8)));
  expect(home.ok("import", home.path("cut.gz")).text).toContain(
    "gzip data is damaged or cut short",
  );
  expect(home.json("query", "udp", "--all").length).toBeGreaterThan(0);
});

test("a capture comes from a pipe as from a file", () => {
  const home = ScratchHome.empty();
  const done = home.run(["import", "-"], { input: smallCapture() });
  expect(done.code).toBe(0);
  expect(done.text).toContain("20 packets");
});

test("a growing file is followed until it rests", async () => {
  const home = ScratchHome.empty();
  const whole = smallCapture();
  const file = home.path("grows.pcapng");
  writeFileSync(file, whole.subarray(0, 300));
  const child = home.start(["import", "--follow", "--rest", "1.5", file]);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  setTimeout(() => writeFileSync(file, whole), 700);
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(0);
  expect(text).toContain("20 packets");
});

test("without a home, with a wrong passphrase, or while another process owns it: code 6", () => {
  const home = new ScratchHome();
  const missing = home.run(["query"]);
  expectSentence(missing.errors, /there is no home in .*\n\s+make one with: holdfast init/);
  expect(missing.code).toBe(6);
  home.run(["init"], { env: { HOLDFAST_PASSPHRASE: "correct horse" } });
  const wrong = home.run(["query"], { env: { HOLDFAST_PASSPHRASE: "wrong" } });
  expectSentence(wrong.errors, /the passphrase does not open the vault's key/);
  expect(wrong.code).toBe(6);
  writeFileSync(home.path("x.pcapng"), smallCapture());
  expect(home.run(["import", home.path("x.pcapng")]).code).toBe(0);
  const locked = home.run(["packets", "udp", "-o", home.path("out")]);
  expectSentence(locked.errors, /the vault's key is locked\n\s+give its passphrase/);
  expect(locked.code).toBe(6);
  const start = readFileSync(`/proc/${process.pid}/stat`, "latin1").split(") ")[1]!.split(" ")[19]!;
  writeFileSync(`${home.home}/lock`, JSON.stringify({ pid: process.pid, started: start }));
  const used = home.run(["query"]);
  expectSentence(used.errors, new RegExp(`in use by process ${process.pid}`));
  expect(used.code).toBe(6);
});

test.skipIf(process.getuid?.() === 0 && !existsSync("/usr/bin/setpriv"))(
  "a home that may not be written says so",
  () => {
    const home = ScratchHome.empty();
    chmodSync(home.home, 0o500);
    const args =
      process.getuid?.() === 0 ? ["--reuid=65534", "--regid=65534", "--clear-groups"] : [];
    chmodSync(home.folder, 0o755);
    const done =
      args.length > 0
        ? home.run(["query"], { wrapper: ["setpriv", ...args] })
        : home.run(["query"]);
    chmodSync(home.home, 0o700);
    expectSentence(done.errors, /permission denied/);
    expect(done.code).toBe(6);
  },
);

test("a corrupt chunk names segment and chunk, code 5, and the rest stays readable", () => {
  const home = ScratchHome.empty();
  writeFileSync(home.path("a.pcapng"), smallCapture(20_000));
  home.ok("import", home.path("a.pcapng"));
  const [segment] = home.json<{ segment: string }>("segments");
  const body = `${home.home}/vault/${segment!.segment}.body`;
  const bytes = readFileSync(body);
  bytes[bytes.length - 40]! ^= 1;
  chmodSync(body, 0o600);
  writeFileSync(body, bytes);
  const verified = home.run(["verify"]);
  expect(verified.text).toMatch(new RegExp(`DAMAGED +segment ${segment!.segment}: .*chunk \\d+`));
  expect(verified.code).toBe(5);
});

test("an edited ledger names the first bad entry", () => {
  const home = ScratchHome.empty();
  home.ok("case", "open", "IR-1");
  const folder = `${home.home}/ledger/tile/entries`;
  const file = readdirSync(folder, { recursive: true, withFileTypes: true }).find((f) =>
    f.isFile(),
  )!;
  const path = `${file.parentPath}/${file.name}`;
  const bytes = readFileSync(path);
  const at = bytes.indexOf("IR-1");
  bytes[at + 3] = "2".charCodeAt(0);
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  const done = home.run(["verify"]);
  expect(`${done.text}${done.errors}`).toMatch(/entry 2/);
  expect(done.code).toBe(5);
});

test("a corrupt or lost index is rebuilt and answers as before", () => {
  const home = ScratchHome.empty();
  writeFileSync(home.path("a.pcapng"), smallCapture());
  home.ok("import", home.path("a.pcapng"));
  const before = home.ok("query", "--json").text;
  const [file] = readdirSync(`${home.home}/index/cases/scratch`).map(
    (day) => `${home.home}/index/cases/scratch/${day}/index.duckdb`,
  );
  truncateSync(file!, 5000);
  const after = home.run(["query", "--json"]);
  expect(after.text).toBe(before);
  expect(after.errors).toContain("rebuilding");
  renameSync(`${home.home}/index`, `${home.home}/gone`);
  expect(home.ok("query", "--json").text).toBe(before);
  expect(home.ok("reindex").text).toContain("1 segments indexed");
  expect(home.ok("query", "--json").text).toBe(before);
});

test.skipIf(process.getuid?.() !== 0)(
  "no space left ends the import with a sentence and leaves the home good",
  () => {
    const home = new ScratchHome();
    mkdirSync(home.home);
    stock("mount", ["-t", "tmpfs", "-o", "size=12m,mode=0700", "tmpfs", home.home]);
    onTestFinished(() => void stock("umount", [home.home]));
    home.ok("init");
    const noise = Buffer.concat([smallCapture(10), randomBytes(40_000_000)]);
    writeFileSync(home.path("a.pcapng"), noise);
    const done = home.run(["import", home.path("a.pcapng")]);
    expectSentence(done.errors, /no space/);
    expect(done.code).toBe(1);
    expect(home.ok("verify").text).toMatch(/^good/m);
    writeFileSync(home.path("b.pcapng"), smallCapture());
    home.ok("import", home.path("b.pcapng"));
  },
);

test("a query that does not read points at its column", () => {
  const home = ScratchHome.empty();
  const mixed = home.run(["query", "host 10.0.0.1 or port 53 and udp"]);
  expect(mixed.errors).toContain(
    "  host 10.0.0.1 or port 53 and udp\n                           ^^^\n",
  );
  expect(mixed.errors).toContain("(host 10.0.0.1 or port 53) and");
  expect(mixed.code).toBe(3);
  expect(home.run(["query", "conn.orig_byts > 1"]).errors).toContain(
    "did you mean conn.orig_bytes?",
  );
});

test("the command line itself being wrong is code 2, and every command has help with --json listed", () => {
  const home = ScratchHome.empty();
  expect(home.run(["improt"]).code).toBe(2);
  expect(home.run(["query", "--limit", "none"]).code).toBe(2);
  for (const command of [
    "init",
    "import",
    "query",
    "packets",
    "show",
    "explain",
    "segments",
    "verify",
    "reindex",
    "case",
    "ledger",
    "doctor",
    "serve",
    "version",
    "status",
  ]) {
    const help = home.run([command, "--help"]);
    expect(help.code, command).toBe(0);
    expect(help.text, command).toContain("--json");
  }
});
