import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { crashOf } from "./recorder-crash.ts";

test("memory that runs out is said in a sentence with a way on, not as a dump", () => {
  const program = "const all = []; for (;;) all.push(new Array(1000).fill(all.length));";
  const { status, signal, stderr } = spawnSync(process.execPath, [
    "--max-old-space-size=16",
    ...["-e", program],
  ]);
  const error = crashOf({ code: status, signal }, stderr.toString().slice(-4096).trim());
  expect(error.code).toBe("recorder/out-of-memory");
  expect(error.message).not.toMatch(/0x|SIG/);
  expect(error.remedy).toContain("editcap -i 60");
});

test("another end is told with its last words", () => {
  const error = crashOf({ code: null, signal: "SIGKILL" }, "");
  expect(error.message).toBe("the recorder ended by SIGKILL: it said nothing");
});
