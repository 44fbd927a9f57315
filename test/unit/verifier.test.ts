import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CaptureId, CaseId, SegmentId } from "../../src/core/base/index.ts";
import {
  type EntryBody,
  encodeEntryBundle,
  parseEntryBundle,
} from "../../src/core/custody/index.ts";
import { createKeys, createSegmentId, systemClock } from "../../src/platform/index.ts";
import { openLedger } from "../../src/services/ledger/index.ts";
import { createSegmentWriter } from "../../src/services/vault/index.ts";

const verifier = new URL("../../scripts/verifier/verify.mjs", import.meta.url).pathname;
const base = mkdtempSync(join(tmpdir(), "holdfast-verifier-"));
const home = join(base, "home");
const segment = createSegmentId(systemClock);
const actor = { name: "ada", via: "cli" };

beforeAll(async () => {
  const { signer, vaultRecipient } = await createKeys(home, { origin: "test.example/home" });
  const ledger = await openLedger({
    dir: join(home, "ledger"),
    signer,
    verifyKey: signer.key,
    clock: systemClock,
  });
  const cases = Array.from({ length: 255 }, (_, at): EntryBody => {
    return { type: "case.open", actor, case: `case-${at}` as CaseId, title: "Ermittlung „Nord“" };
  });
  await ledger.append(cases);
  const writer = await createSegmentWriter({
    dir: join(home, "vault"),
    id: segment,
    recipients: [vaultRecipient],
  });
  await writer.write(crypto.getRandomValues(new Uint8Array(60_000)));
  await writer.write(crypto.getRandomValues(new Uint8Array(60_000)));
  await writer.write(crypto.getRandomValues(new Uint8Array(60_000)));
  writer.writeEvents(new Uint8Array(100));
  const { publish, id, ...facts } = await writer.seal();
  await publish();
  const unknown = null;
  await ledger.append([
    {
      type: "segment.seal",
      actor,
      segment: id,
      capture: id as string as CaptureId,
      case: "case-1" as CaseId,
      kind: "original",
      ...facts,
      packets: 0,
      complete: true,
      fault: null,
      first_ts_ns: null,
      last_ts_ns: null,
      time_ordered: true,
      link_types: [],
      balance: {
        offered: unknown,
        written: unknown,
        kernel: unknown,
        interface: unknown,
        queue: unknown,
        disk: unknown,
        policy: unknown,
      },
    },
    ...cases.slice(0, 10),
  ]);
  await ledger.close();
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

function run(dir: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [verifier, dir], {
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

function damagedCopy(damage: (dir: string) => void): string {
  const dir = mkdtempSync(join(base, "copy-"));
  cpSync(home, dir, { recursive: true });
  damage(dir);
  return dir;
}

function flip(dir: string, path: string, at: number): void {
  const bytes = readFileSync(join(dir, path));
  bytes[at]! ^= 1;
  writeFileSync(join(dir, path), bytes);
}

function editBundle(
  dir: string,
  path: string,
  edit: (entries: Uint8Array[]) => Uint8Array[],
): void {
  const file = join(dir, "ledger/tile/entries", path);
  const parsed = parseEntryBundle(readFileSync(file));
  if (parsed.status !== "ok") throw new Error("bundle");
  writeFileSync(file, encodeEntryBundle(edit(parsed.value)));
}

test("an untouched home is OK", () => {
  const { status, output } = run(home);
  expect(output.trim().split("\n").at(-1)).toBe("OK");
  expect(output).toContain("266 entries, 1 segments");
  expect(status).toBe(0);
});

const damages: [string, (dir: string) => void, string][] = [
  [
    "a flipped byte of an entry",
    (dir) => flip(dir, "ledger/tile/entries/000", 200),
    "entry 0: its signature",
  ],
  [
    "a deleted entry",
    (dir) => editBundle(dir, "000", (all) => all.toSpliced(9, 1)),
    "entry 9 carries sequence number 10",
  ],
  [
    "two entries in another order",
    (dir) => editBundle(dir, "001.p/10", (all) => [all[1]!, all[0]!, ...all.slice(2)]),
    "entry 256 carries sequence number 257",
  ],
  [
    "a truncated bundle",
    (dir) => editBundle(dir, "001.p/10", (all) => all.slice(0, -1)),
    "entry 265 is missing",
  ],
  [
    "an entry put in twice",
    (dir) => editBundle(dir, "001.p/10", (all) => [...all, all[0]!]),
    "entry 266: bytes lie beyond",
  ],
  [
    "a flipped byte of a hash tile",
    (dir) => flip(dir, "ledger/tile/0/000", 65),
    "hash tile: entry 2 differs",
  ],
  [
    "a flipped byte of the upper tile",
    (dir) => flip(dir, "ledger/tile/1/000.p/1", 3),
    "node 0 of level 1",
  ],
  ["a flipped byte of the checkpoint", (dir) => flip(dir, "ledger/checkpoint", 20), "checkpoint"],
  [
    "a flipped byte of a body",
    (dir) => flip(dir, `vault/${segment}.body`, 16 + 65_552 + 7),
    `segment ${segment} (entry 255): body differs, first in chunk 1`,
  ],
  [
    "a flipped byte of a head",
    (dir) => flip(dir, `vault/${segment}.head`, 30),
    `segment ${segment} (entry 255): head differs`,
  ],
  [
    "a flipped byte of events",
    (dir) => flip(dir, `vault/${segment}.events`, 200),
    `segment ${segment} (entry 255): events differ`,
  ],
  ["a removed body", (dir) => rmSync(join(dir, `vault/${segment}.body`)), "body is missing"],
  [
    "a file that no entry seals",
    (dir) => writeFileSync(join(dir, `vault/${"a".repeat(26) as SegmentId}.body`), ""),
    "no entry seals it",
  ],
];

test.each(damages)("%s is FAIL and named", (_, damage, finding) => {
  const { status, output } = run(damagedCopy(damage));
  expect(output).toContain(finding);
  expect(output.trim().split("\n").at(-1)).toBe("FAIL");
  expect(status).toBe(1);
});
