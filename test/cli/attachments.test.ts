import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { isLeftOut, PROGRAM, ScratchHome, stock } from "../support/holdfast.ts";
import { incidentFile } from "../support/made-once.ts";

interface File {
  readonly fuid: string;
  readonly uid: string;
  readonly sha256: string;
  readonly seen_bytes: number;
}

interface Sealed {
  readonly attachment: string;
  readonly seq: number;
  readonly sealed_before: boolean;
  readonly sha256: string;
}

const withIncident = (): ScratchHome =>
  ScratchHome.like("incident-in-IR-7", (home) =>
    home.ok("import", incidentFile(), "--case", "IR-7"),
  );

const objects = (home: ScratchHome, ...query: string[]): File[] =>
  home.json<File>("objects", ...query);
const seal = (home: ScratchHome, ...args: string[]): Sealed[] =>
  home.json<Sealed>("objects", "--seal", ...args);
const entries = (home: ScratchHome, type: string): Record<string, unknown>[] =>
  home.json("ledger", "--type", type);
const fileOf = (home: ScratchHome, attachment: string): string =>
  `${home.home}/vault/attachments/${attachment}.age`;
const digestOf = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");

test("an object is sealed as an attachment of its case, and its entry says all there is to say", () => {
  const home = withIncident();
  const [file] = objects(home, "files.source == HTTP");
  const [sealed] = seal(home, file!.fuid, "--purpose", "what left the house");
  expect(sealed).toMatchObject({ sealed_before: false, sha256: file!.sha256, case: "IR-7" });
  const [read] = entries(home, "read.packets");
  expect(read).toMatchObject({ purpose: "what left the house", query: `uid == ${file!.uid}` });
  const [entry] = entries(home, "attachment.seal");
  const path = fileOf(home, sealed!.attachment);
  expect(entry).toMatchObject({
    seq: sealed!.seq,
    actor: { name: "owner" },
    attachment: sealed!.attachment,
    case: "IR-7",
    kind: "object",
    purpose: "what left the house",
    plaintext_sha256: file!.sha256,
    plaintext_bytes: file!.seen_bytes,
    sealed_sha256: digestOf(path),
    sealed_bytes: statSync(path).size,
    object: { fuid: file!.fuid, uid: file!.uid, read_seq: read!["seq"], sha256: file!.sha256 },
  });
  const [capture] = home.json("segments");
  expect((entry!["object"] as { capture: string }).capture).toBe(capture!["capture"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("an object sealed twice is recognised by its digest and read once", () => {
  const home = withIncident();
  const [file] = objects(home);
  const [first] = seal(home, file!.fuid);
  const [again] = seal(home, file!.fuid);
  expect(again).toMatchObject({ ...first, sealed_before: true });
  expect(entries(home, "attachment.seal")).toHaveLength(1);
  expect(entries(home, "read.packets")).toHaveLength(1);
  expect(home.ok("objects", "--seal", file!.fuid).text).toContain("was sealed before");
});

test("a sealed object comes out on record, byte for byte, and only of its own case", () => {
  const home = withIncident();
  const [file] = objects(home, "files.seen_bytes > 10MB");
  const [sealed] = seal(home, file!.fuid);
  const out = home.path("out.bin");
  const taken = ["attachments", sealed!.attachment, "-o", out, "--purpose", "laboratory"];
  expect(home.run([...taken, "--case", "IR-8"]).code).toBe(4);
  expect(existsSync(out)).toBe(false);
  home.ok(...taken, "--case", "IR-7");
  expect(digestOf(out)).toBe(file!.sha256);
  expect(entries(home, "read.attachment")).toMatchObject([
    { attachment: sealed!.attachment, case: "IR-7", purpose: "laboratory" },
  ]);
  expect(home.json("attachments", "--case", "IR-7", "--kind", "object")).toHaveLength(1);
  expect(home.run(["attachments", "--kind", "tls-key-log"]).code).toBe(4);
  expect(home.run(["objects", "--seal", file!.fuid, "--case", "IR-8"]).code).toBe(4);
});

test("all that match are sealed, and extracting without a file seals too", () => {
  const home = withIncident();
  const files = objects(home, "files.source == SMB", "--limit", "1000");
  const sealed = seal(home, "files.source == SMB");
  expect(new Set(sealed.map(({ sha256 }) => sha256))).toEqual(
    new Set(files.map(({ sha256 }) => sha256)),
  );
  const [one] = home.json<Sealed>("objects", "--extract", files[0]!.fuid);
  expect(one!.sealed_before).toBe(true);
  expect(home.run(["objects", "--seal"]).code).toBe(3);
  expect(home.run(["objects", "--seal", files[0]!.fuid, "-o", "x"]).code).toBe(2);
  expect(home.ok("verify").text).toMatch(/^good: .*attachments/m);
});

test("verify names an attachment whose file was changed, cut or removed, and none comes out", () => {
  const home = withIncident();
  const [file] = objects(home, "files.source == HTTP");
  const [sealed] = seal(home, file!.fuid);
  const path = fileOf(home, sealed!.attachment);
  const whole = readFileSync(path);
  const flipped = Buffer.from(whole);
  flipped[whole.length - 1]! ^= 1;
  for (const [bytes, reason] of [
    [flipped, "not the one that was sealed"],
    [whole.subarray(0, whole.length - 20), "not the one that was sealed"],
    [Buffer.alloc(0), "not the one that was sealed"],
  ] as const) {
    writeFileSync(path, bytes);
    for (const how of [["verify"], ["verify", "--quick"]]) {
      const verified = home.run(how);
      expect(verified.text).toContain(`DAMAGED  attachment ${sealed!.attachment}: its file is`);
      expect(verified.text).toContain(reason);
      expect(verified.code).toBe(5);
    }
    const taken = home.run(["attachments", sealed!.attachment, "-o", home.path("x")]);
    expect(taken.code).toBe(5);
    expect(existsSync(home.path("x"))).toBe(false);
  }
  rmSync(path);
  expect(home.run(["verify"]).text).toContain(`${sealed!.attachment}: its file is missing`);
  expect(home.run(["ledger", "--type", "read.attachment", "--json"]).text).toBe("");
  writeFileSync(path, whole);
  expect(home.ok("verify").text).toMatch(/^good/m);
});

test("the stand-alone verifier knows attachments", () => {
  const home = withIncident();
  const [file] = objects(home);
  const [sealed] = seal(home, file!.fuid);
  const verifier = new URL("../../scripts/verifier/verify.mjs", import.meta.url).pathname;
  const check = (): string => stock(process.execPath, [verifier, home.home]).toString();
  expect(check()).toMatch(/1 attachments.*\nOK$/m);
  writeFileSync(fileOf(home, sealed!.attachment), "other");
  expect(check()).toContain(`FAIL attachment ${sealed!.attachment}`);
});

test.skipIf(isLeftOut("age", "zstd"))("stock tools open a sealed object", () => {
  const home = withIncident();
  const [file] = objects(home);
  const [sealed] = seal(home, file!.fuid);
  const path = fileOf(home, sealed!.attachment);
  const inner = stock("age", ["-d", "-i", `${home.home}/keys/vault.identity`, path]);
  const plain = stock("zstd", ["-d", "-c"], inner);
  expect(createHash("sha256").update(plain).digest("hex")).toBe(file!.sha256);
});

test("killed while it seals, a home has whole attachments or none, and seals again", async () => {
  const home = withIncident();
  const [file] = objects(home, "files.seen_bytes > 10MB");
  for (const delayMs of [350, 450, 550, 650, 800]) {
    const child = spawn(PROGRAM, ["objects", "--seal", file!.fuid], {
      detached: true,
      env: { ...process.env, HOLDFAST_HOME: home.home },
      stdio: "ignore",
    });
    const gone = new Promise((resolve) => child.on("close", resolve));
    const timer = setTimeout(() => {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it had finished
      }
    }, delayMs);
    await gone;
    clearTimeout(timer);
    const verified = home.ok("verify").text;
    expect(verified).toMatch(/^good/m);
    expect(verified).not.toContain("no ledger entry");
    expect(readdirSync(`${home.home}/vault/staging`)).toEqual([]);
  }
  const [sealed] = seal(home, file!.fuid);
  expect(sealed!.sha256).toBe(file!.sha256);
  expect(home.json("attachments")).toHaveLength(1);
});

test("a running server seals, lists and hands out the same way", async () => {
  const home = withIncident();
  const child = home.start(["serve", "--port", "0"]);
  const gone = new Promise((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGINT");
    await gone;
  });
  for await (const chunk of child.stdout) if (/token=\w+/.test(String(chunk))) break;
  const [file] = objects(home, "files.source == HTTP");
  const [sealed] = seal(home, file!.fuid);
  expect(seal(home, file!.fuid)[0]).toMatchObject({ sealed_before: true });
  expect(home.json("attachments")).toMatchObject([{ attachment: sealed!.attachment }]);
  const out = home.path("out.bin");
  home.ok("attachments", sealed!.attachment, "-o", out);
  expect(digestOf(out)).toBe(file!.sha256);
  expect(home.run(["attachments", "a".repeat(26), "-o", out]).code).toBe(4);
  expect(home.run(["objects", "--seal", "Fnothing"]).code).toBe(4);
});

test("a key log is sealed once, listed beside objects, and never handed out", () => {
  const home = withIncident();
  const keys = home.path("keys.log");
  writeFileSync(keys, `CLIENT_RANDOM ${"ab".repeat(32)} ${"cd".repeat(48)}\n`);
  home.ok("keys", "add", keys, "--case", "IR-7");
  expect(home.ok("keys", "add", keys, "--case", "IR-7").text).toContain("was sealed before");
  const [attachment] = home.json<Sealed>("attachments", "--kind", "tls-key-log");
  const refused = home.run(["attachments", attachment!.attachment, "-o", home.path("x")]);
  expect(refused.code).toBe(3);
  expect(refused.errors).toContain("do not leave the vault");
  expect(existsSync(home.path("x"))).toBe(false);
});
