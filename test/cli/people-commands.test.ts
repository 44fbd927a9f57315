import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ScratchHome } from "../support/holdfast.ts";

const PASSWORD = "a good long password";

async function serve(home: ScratchHome): Promise<string> {
  const child = home.start(["serve", "--port", "0"]);
  const gone = new Promise((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGINT");
    await gone;
  });
  for await (const chunk of child.stdout) {
    const link = /http:\S+token=\w+/.exec(String(chunk))?.[0];
    if (link) return new URL(link).origin;
  }
  throw new Error("the server ended");
}

test("people are added, changed, listed and removed, each change an entry by the owner", () => {
  const home = ScratchHome.empty();
  home.ok("people", "add", "ada", "--role", "investigator", "--case", "IR-1", "IR-2");
  home.ok("people", "add", "otto", "--role", "auditor");
  home.ok("people", "set", "ADA", "--role", "analyst", "approver", "--all-cases");
  home.ok("people", "remove", "otto");
  expect(home.json("people", "list")).toMatchObject([
    { name: "ada", roles: ["analyst", "approver"], cases: "*", has_password: false, tokens: 0 },
  ]);
  expect(home.ok("people", "list").text).toContain("analyst, approver  all");
  const entries = home.json("ledger", "--type", "person.set");
  expect(entries).toHaveLength(3);
  expect(entries[0]).toMatchObject({
    actor: { name: "owner", via: "cli" },
    cases: ["IR-1", "IR-2"],
  });
});

test("what cannot be is refused with a sentence and an exit code", () => {
  const home = ScratchHome.empty();
  const wrong = (code: number, ...args: string[]): string => {
    const done = home.run(args, { input: Buffer.from("short\n") });
    expect(done.code, args.join(" ")).toBe(code);
    return done.errors;
  };
  home.ok("people", "add", "ada", "--role", "analyst");
  expect(wrong(2, "people", "add", "eve", "--role", "king")).toContain("investigator");
  expect(wrong(2, "people", "add", "eve")).toContain("--role");
  expect(wrong(4, "people", "remove", "eve")).toContain("nobody called eve");
  expect(wrong(3, "people", "password", "ada")).toContain("at least 12 characters");
  expect(wrong(3, "people", "add", "../eve", "--role", "analyst")).toContain("named by");
  expect(wrong(2, "tokens", "create", "--person", "ada", "--scope", "self")).toContain("metadata");
  expect(
    wrong(2, "tokens", "create", "--person", "ada", "--scope", "metadata", "--expires", "soon"),
  ).toContain("30d");
  expect(wrong(4, "tokens", "revoke", "c0")).toContain("no credential");
  expect(wrong(6, "people", "link", "ada")).toContain("serve");
});

test("a password from standard input and a link let a person in; the owner's socket stays open", async () => {
  const home = ScratchHome.empty();
  home.ok("people", "add", "ada", "--role", "analyst", "--case", "IR-1");
  const done = home.run(["people", "password", "ada"], { input: Buffer.from(`${PASSWORD}\n`) });
  expect(done.code, done.errors).toBe(0);
  const folder = `${home.home}/keys/people`;
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(`${folder}/${readdirSync(folder)[0]}`).mode & 0o777).toBe(0o600);
  const address = await serve(home);
  const post = (path: string, input: unknown, headers = {}): Promise<Response> =>
    fetch(`${address}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(input),
    });
  const login = await post("/login", { name: "ada", password: PASSWORD });
  expect(login.status).toBe(204);
  expect(login.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict/);
  const link = home.ok("people", "link", "ada").text.trim();
  const enrolled = await fetch(link, { redirect: "manual" });
  const cookie = enrolled.headers.get("set-cookie")!.split(";")[0]!;
  const headers = { cookie };
  expect((await fetch(`${address}/api/v1/captures`, { headers })).status).toBe(403);
  const changed = { password: "another long password" };
  expect((await post("/api/v1/password", changed, headers)).status).toBe(200);
  expect((await post("/login", { name: "ada", password: PASSWORD })).status).toBe(401);
  expect((await post("/login", { name: "ada", ...changed })).status).toBe(204);
  expect(home.json("status")).toHaveLength(1);
});

test("a token opens what it is for until it is revoked, and is nowhere in the home", async () => {
  const home = ScratchHome.empty();
  home.ok("people", "add", "ada", "--role", "investigator", "--case", "IR-1");
  const address = await serve(home);
  const made = home.ok(
    ...["tokens", "create", "--person", "ada", "--scope", "metadata", "--case", "IR-1"],
    ...["--expires", "30d", "--label", "nightly"],
  );
  const token = made.text.trim();
  expect(token).toMatch(/^hf_[0-9a-f]{48}$/);
  const headers = { authorization: `Bearer ${token}` };
  const status = async (path: string) => (await fetch(`${address}${path}`, { headers })).status;
  expect(await status("/api/v1/captures")).toBe(200);
  expect(await status("/api/v1/ledger")).toBe(403);
  const [listed] = home.json<{ credential: string }>("tokens", "list");
  expect(listed).toMatchObject({ label: "nightly", scopes: ["metadata"], cases: ["IR-1"] });
  expect(listed).toMatchObject({ last_used_at: expect.stringMatching(/^20/), expired: false });
  expect(JSON.stringify(home.json("ledger"))).not.toContain(token);
  home.ok("tokens", "revoke", listed!.credential, "--reason", "lost");
  expect(await status("/api/v1/captures")).toBe(401);
  expect(home.run(["tokens", "list"]).code).toBe(4);
});

test("an account is linked by its subject and unlinked, by the owner's command line", () => {
  const home = new ScratchHome();
  home.ok("init");
  home.ok("people", "add", "ada", "--role", "analyst");
  const without = home.run(["people", "oidc", "ada", "--subject", "248289761001"]);
  expect(without.errors).toContain("no sign-in provider");
  const config = "oidc: {issuer: 'https://login.example', client_id: holdfast}\n";
  writeFileSync(join(home.home, "config.yaml"), config);
  expect(home.run(["people", "oidc", "ada"]).errors).toContain("say --subject SUB");
  expect(home.run(["people", "oidc", "ada", "--subject", "a b"]).code).toBe(3);
  expect(home.run(["people", "oidc", "ada", "--unlink"]).code).toBe(4);
  home.ok("people", "oidc", "ada", "--subject", "248289761001");
  expect(home.json("people", "list")).toMatchObject([{ accounts: 1, last_login_at: null }]);
  const [added] = home.json("ledger", "--type", "credential.add");
  const check = { kind: "oidc", issuer: "https://login.example", subject: "248289761001" };
  expect(added).toMatchObject({ check, label: "login.example: 248289761001" });
  expect(home.ok("people", "oidc", "ada", "--unlink").text).toContain("unlinked");
  expect(home.json("people", "list")).toMatchObject([{ accounts: 0 }]);
});

test("doctor says where the client secret should be, until it is there", () => {
  const home = new ScratchHome();
  home.ok("init");
  const provider = "issuer: 'https://login.example', client_id: holdfast";
  const config = `oidc: {${provider}, client_secret: {file: ../secret}}\n`;
  writeFileSync(join(home.home, "config.yaml"), config);
  const check = () => {
    const done = home.run(["doctor", "--json"]);
    const { checks } = JSON.parse(done.text) as { checks: { name: string }[] };
    return checks.find(({ name }) => name === "sign-in");
  };
  const says = "there is no client secret for login.example in file ../secret";
  expect(check()).toMatchObject({ state: "bad", says });
  writeFileSync(join(home.home, "..", "secret"), "s3cret\n");
  expect(check()).toMatchObject({ state: "good" });
});

test("killed while it sets a password, a home has the old one or the new one, whole", async () => {
  const home = ScratchHome.empty();
  home.ok("people", "add", "ada", "--role", "analyst");
  const set = (password: string) =>
    home.run(["people", "password", "ada"], { input: Buffer.from(`${password}\n`) });
  expect(set(PASSWORD).code).toBe(0);
  for (let n = 0; n < 8; n++) {
    const child = home.start(["people", "password", "ada"]);
    child.stdin.end(`password number ${n}\n`);
    const gone = new Promise((resolve) => child.on("close", resolve));
    const killer = setTimeout(() => child.kill("SIGKILL"), 500 + n * 60);
    await gone;
    clearTimeout(killer);
    const [ada] = home.json("people", "list");
    expect(ada).toMatchObject({ name: "ada", has_password: true });
    const { checks } = home.json<{ checks: { name: string; state: string }[] }>("doctor")[0]!;
    expect(checks.filter(({ name }) => name === "passwords")).toMatchObject([{ state: "good" }]);
  }
  expect(set(PASSWORD).code).toBe(0);
  expect(readdirSync(`${home.home}/keys/people`)).toHaveLength(1);
});
