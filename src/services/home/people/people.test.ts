import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  type Authority,
  type CustodyEntry,
  type KnownEntryBody,
  ownerAuthority,
  permissionsOf,
  type ROLE_NAMES,
} from "../../../core/custody/index.ts";
import { Attempts } from "./attempts.ts";
import { People } from "./people.ts";
import { createPeopleHandlers } from "./people-handlers.ts";
import { PeopleState } from "./people-state.ts";
import { Tally } from "./tally.ts";

const owner = ownerAuthority("cli");
const context = { actor: owner.actor, signal: new AbortController().signal };
const PASSWORD = "a good long password";

/** People over a ledger in memory and a clock that is set. */
class Fixture {
  readonly entries: CustodyEntry[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), "holdfast-people-"));
  readonly state = new PeopleState();
  now = Date.parse("2026-01-01T00:00:00Z");
  readonly people = this.again();

  constructor() {
    onTestFinished(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** Another process on the same home. */
  again(): People {
    return new People({
      directory: this.directory,
      state: this.state,
      append: async (bodies, actor) => this.append(bodies, actor),
      inTurn: (task) => task(),
      nowMs: () => this.now,
      signIn: undefined,
    });
  }

  append(bodies: readonly KnownEntryBody[], actor: Authority["actor"]): number {
    const first = this.entries.length;
    for (const body of bodies) {
      const at = new Date(this.now).toISOString();
      const entry: CustodyEntry = { ...body, actor, v: 1, seq: this.entries.length, at };
      this.entries.push(entry);
      this.state.apply(entry);
    }
    return first;
  }

  asked(authority: Authority = owner) {
    return createPeopleHandlers(this.people, authority);
  }

  async add(name: string, role: (typeof ROLE_NAMES)[number], cases: "*" | string[] = ["A"]) {
    return await this.asked().addPerson({ name, roles: [role], cases }, context);
  }

  async addWithPassword(name: string, role: (typeof ROLE_NAMES)[number] = "investigator") {
    const { person } = await this.add(name, role);
    await this.asked().setPassword({ person, password: PASSWORD }, context);
    return person;
  }

  async enter(name: string, password = PASSWORD, address = "127.0.0.1") {
    return await this.people.admitByPassword({ name, password }, address);
  }

  count(type: string): number {
    return this.entries
      .filter((entry) => entry.type === type)
      .reduce((sum, entry) => sum + ((entry as { count?: number }).count ?? 1), 0);
  }
}

const code = (value: string) => expect.objectContaining({ code: value });

test("a person comes in by name and password, in any letters of case, and has the roles of now", async () => {
  const home = new Fixture();
  const person = await home.addWithPassword("Ada");
  const admission = await home.enter("ada");
  const authority = home.people.authorityOf(admission)!;
  expect(authority.actor).toEqual({ name: "Ada", via: "web" });
  expect([...authority.permissions].sort()).toEqual([...permissionsOf(["investigator"])].sort());
  expect(home.entries.at(-1)).toMatchObject({ type: "session.open", person });
  await home.asked().setPerson({ person, roles: ["analyst"] }, context);
  expect(home.people.authorityOf(admission)).toBeUndefined();
  const now = home.people.authorityOf(await home.enter("ada"))!;
  expect(now.permissions.has("packets")).toBe(false);
});

test("a new password, its end and a removed person end the session at once", async () => {
  const home = new Fixture();
  for (const end of ["password", "revoke", "remove"]) {
    const person = await home.addWithPassword(end);
    const admission = await home.enter(end);
    expect(home.people.authorityOf(admission), end).toBeDefined();
    const { credentials } = await home.asked().credentials({ person }, context);
    const { credential } = credentials[0]!;
    if (end === "password")
      await home.asked().setPassword({ person, password: "another long password" }, context);
    if (end === "revoke") await home.asked().revokeCredential({ credential, reason: "" }, context);
    if (end === "remove") await home.asked().removePerson({ person }, context);
    expect(home.people.authorityOf(admission), end).toBeUndefined();
    await expect(home.enter(end), end).rejects.toEqual(code("session/wrong-password"));
  }
});

test("the password's file is for the owner only, and an exchanged one opens nothing", async () => {
  const home = new Fixture();
  await home.addWithPassword("ada");
  const other = new Fixture();
  await other.addWithPassword("eve");
  const folder = join(home.directory, "keys/people");
  const [name] = readdirSync(folder);
  const path = join(folder, name!);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const others = join(other.directory, "keys/people");
  writeFileSync(path, readFileSync(join(others, readdirSync(others)[0]!)));
  await expect(home.enter("ada")).rejects.toEqual(code("session/wrong-password"));
  expect(home.entries.at(-1)).toMatchObject({
    reason: expect.stringContaining("not the one on record"),
  });
});

test("a kill between the password's file and its entry leaves nothing that opens", async () => {
  const home = new Fixture();
  const { person } = await home.add("ada", "analyst");
  await home.people.passwords.write("c0000000000000000", PASSWORD);
  await expect(home.enter("ada")).rejects.toEqual(code("session/wrong-password"));
  await createPeopleHandlers(home.again(), owner).setPassword(
    { person, password: "another long password" },
    context,
  );
  expect(readdirSync(join(home.directory, "keys/people"))).toHaveLength(1);
  expect(home.people.authorityOf(await home.enter("ada", "another long password"))).toBeDefined();
});

test("how long a wrong password takes does not tell whether the name exists", async () => {
  const home = new Fixture();
  const names = Array.from({ length: 12 }, (_, n) => `person${n}`);
  for (const name of names) await home.addWithPassword(name);
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  for (const [n, name] of names.entries()) {
    for (const kind of ["known", "unknown"] as const) {
      const asked = kind === "known" ? name : `nobody${n}`;
      const began = performance.now();
      await home.enter(asked, "wrong", `10.0.0.${n}`).catch(() => undefined); // it is wrong
      times[kind].push(performance.now() - began);
    }
  }
  const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1]!;
  const ratio = median(times.known) / median(times.unknown);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
  expect(Math.min(...times.unknown)).toBeGreaterThan(5);
});

test("wrong passwords wait longer and longer, for names that nobody has too, and it ends", async () => {
  const home = new Fixture();
  await home.addWithPassword("ada");
  for (const name of ["ada", "nobody"]) {
    for (let n = 0; n < 4; n++) {
      await expect(home.enter(name, "wrong", name)).rejects.toEqual(code("session/wrong-password"));
    }
    // The right one is not even looked at while the time is not over.
    await expect(home.enter(name, PASSWORD, name)).rejects.toEqual(code("session/too-many"));
  }
  home.now += 1001;
  expect(home.people.authorityOf(await home.enter("ada", PASSWORD, "ada"))).toBeDefined();
  for (let n = 0; n < 3; n++) {
    await expect(home.enter("ada", "wrong")).rejects.toEqual(code("session/wrong-password"));
  }
});

test("delays double up to a quarter of an hour, and what is remembered is bounded", () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  const waits = Array.from({ length: 16 }, () => {
    attempts.count("a", { free: 3 });
    const wait = attempts.waitMs(["a"]);
    now += wait;
    return wait / 1000;
  });
  expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  now += 25 * 3600_000;
  attempts.count("a", { free: 3 });
  expect(attempts.waitMs(["a"])).toBe(0);
  for (let n = 0; n < 50_000; n++) attempts.count(`address ${n}`, { free: 0 });
  expect(attempts.waitMs(["address 1"])).toBe(0);
  expect(attempts.waitMs(["address 49999"])).toBeGreaterThan(0);
});

test("a flood of wrong passwords is an entry at once and a count for the minute", async () => {
  const home = new Fixture();
  for (let n = 0; n < 200; n++) await home.people.refuse("no session", "10.0.0.1");
  expect(home.entries).toHaveLength(1);
  home.now += 60_000;
  await home.people.refuse("no session", "10.0.0.1");
  expect(home.entries.map((entry) => (entry as { count?: number }).count)).toEqual([1, 199, 1]);
  await home.people.stop();
  expect(home.count("session.refuse")).toBe(201);
});

test("a flood from everywhere is counted as one, and none is lost", async () => {
  const home = new Fixture();
  for (let n = 0; n < 5000; n++)
    await home.people.refuse("no session", `10.0.${n >> 8}.${n & 255}`);
  expect(home.entries.length).toBeLessThanOrEqual(101);
  await home.people.stop();
  expect(home.entries.length).toBeLessThanOrEqual(102);
  expect(home.count("session.refuse")).toBe(5000);
});

test("kinds of refusals are bounded and none is lost", async () => {
  let total = 0;
  const tally = new Tally({ nowMs: () => 0, burst: 1 });
  for (let n = 0; n < 6000; n++) {
    await tally.note(String(n % 3000), async (count) => {
      total += count;
    });
  }
  await tally.flush();
  expect(total).toBe(6000);
});

test("a token does what its scopes say in its cases, and never more than its person may now", async () => {
  const home = new Fixture();
  const { person } = await home.add("ada", "investigator", ["A", "B"]);
  const made = await home.asked().createToken(
    {
      person,
      scopes: ["metadata", "packets", "ledger"],
      cases: ["B", "C"],
      expires_days: 1,
      label: "",
    },
    context,
  );
  expect(made.token).toMatch(/^hf_[0-9a-f]{48}$/);
  expect(JSON.stringify(home.entries)).not.toContain(made.token);
  const admit = async () => await home.people.admitToken(made.token, "127.0.0.1");
  const first = await admit();
  expect([...first.permissions].sort()).toEqual(["known", "metadata", "packets"]);
  expect([...first.cases]).toEqual(["B"]);
  expect(first.actor).toEqual({ name: "ada", via: "api" });
  await home.asked().setPerson({ person, roles: ["analyst"], cases: ["A"] }, context);
  const second = await admit();
  expect([...second.permissions].sort()).toEqual(["known", "metadata"]);
  expect([...second.cases]).toEqual([]);
  home.now += 24 * 3600_000;
  await expect(admit()).rejects.toEqual(code("session/bad-token"));
  expect(home.entries.at(-1)).toMatchObject({ reason: "expired token", person });
});

test("a revoked token and one that never was are refused alike", async () => {
  const home = new Fixture();
  const { person } = await home.add("ada", "analyst");
  const asked = { person, scopes: ["metadata" as const], expires_days: null, label: "" };
  const { token, credential } = await home.asked().createToken(asked, context);
  await home.asked().revokeCredential({ credential, reason: "lost" }, context);
  const said = async (text: string) =>
    await home.people.admitToken(text, "127.0.0.1").catch((error: Error) => error.message);
  expect(await said(token)).toBe(await said(`hf_${"0".repeat(48)}`));
  expect(await said("nonsense")).toBe(await said(token));
});

test("a link lets in once, for a day, to choose a password and nothing else", async () => {
  const home = new Fixture();
  const { person } = await home.add("ada", "investigator");
  home.people.servedAt = "http://127.0.0.1:1";
  const { link } = await home.asked().createEnrolment({ person }, context);
  const token = new URL(link).searchParams.get("token")!;
  const admission = (await home.people.admitByLink(token))!;
  expect(await home.people.admitByLink(token)).toBeUndefined();
  const authority = home.people.authorityOf(admission)!;
  expect([...authority.permissions].sort()).toEqual(["known", "self"]);
  await home.asked(authority).setPassword({ password: PASSWORD }, context);
  expect(home.people.authorityOf(admission)).toBeUndefined();
  expect(home.people.authorityOf(await home.enter("ada"))).toBeDefined();
  const late = await home.asked().createEnrolment({ person }, context);
  home.now += 24 * 3600_000;
  const old = new URL(late.link).searchParams.get("token")!;
  expect(await home.people.admitByLink(old)).toBeUndefined();
});

test("nobody changes himself or makes an owner, and one's own password needs the one of now", async () => {
  const home = new Fixture();
  await home.addWithPassword("root", "owner");
  const person = await home.addWithPassword("adam", "admin");
  const admin = home.people.authorityOf(await home.enter("adam"))!;
  const asked = home.asked(admin);
  const refused = [
    () => asked.setPerson({ person, roles: ["investigator"] }, context),
    () => asked.createEnrolment({ person: "adam" }, context),
    () => asked.setPerson({ person: "root", cases: [] }, context),
    () => asked.removePerson({ person: "root" }, context),
    () => asked.addPerson({ name: "eve", roles: ["owner"], cases: "*" }, context),
    () => asked.setPassword({ person: "root", password: PASSWORD }, context),
    () =>
      asked.createToken(
        { person: "root", scopes: ["packets"], expires_days: 1, label: "" },
        context,
      ),
  ];
  for (const ask of refused) await expect(ask()).rejects.toEqual(code("access/denied"));
  expect(home.count("access.deny")).toBe(refused.length);
  const change = { password: "another long password", current: "wrong" };
  await expect(asked.setPassword(change, context)).rejects.toEqual(code("session/wrong-password"));
  await asked.setPassword({ ...change, current: PASSWORD }, context);
  await home.enter("adam", "another long password");
});

test("names are one person's each, and those that the home signs with are nobody's", async () => {
  const home = new Fixture();
  await home.add("Ada", "analyst");
  for (const name of ["ada", "ＡＤＡ", "owner", "Holdfast"]) {
    await expect(home.add(name, "analyst"), name).rejects.toEqual(code("people/name-taken"));
  }
});
