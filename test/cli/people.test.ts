import { afterAll, beforeAll, expect, test } from "vitest";
import { type Operation, type OperationName, operations } from "../../src/api/index.ts";
import { PERMISSION_NAMES, ROLES, type Role } from "../../src/core/custody/index.ts";
import { createHandlers } from "../../src/services/home/index.ts";
import {
  type Answer,
  type Ids,
  OTHER,
  OWN,
  PeopleServer,
  type Who,
} from "../support/people-server.ts";

const server = new PeopleServer();
const names = Object.keys(operations) as OperationName[];
let own: Ids;
let other: Ids;

beforeAll(async () => {
  await server.start();
  ({ own, other } = await server.fillBoth());
});
afterAll(() => server.stop());

/** Input that an operation would take, with the ids of a case. */
function inputOf(name: OperationName, ids: Ids): Record<string, unknown> {
  const known: Record<string, unknown> = {
    ...ids,
    q: name === "bursts" ? ids.capture : "",
    field: "conn.orig_bytes",
    part: "body",
    name: "somebody",
    path: "/etc/hostname",
    by: ["service"],
    text: "seen",
    address: "/search",
    person: "nobody",
    roles: ["analyst"],
    cases: [],
    credential: "c0000000000000000",
    scopes: ["metadata"],
    password: "a good long password",
    answer: "?code=1&state=link.1",
    subject: "somebody-at-provider",
  };
  const { shape } = operations[name].input as unknown as { shape: Record<string, unknown> };
  return Object.fromEntries(
    Object.keys(shape).flatMap((key) => (key in known ? [[key, known[key]]] : [])),
  );
}

/** What a refusal may say: what is wrong and what to do, and nothing of what was asked for. */
function expectRefusal(answer: Answer, status: readonly number[], what: string): void {
  expect(status, `${what}: ${answer.text.slice(0, 200)}`).toContain(answer.status);
  expect(answer.headers.get("holdfast-facts"), what).toBeNull();
  const said = JSON.parse(answer.text) as Record<string, unknown>;
  expect(Object.keys(said).sort(), what).toEqual(["code", "message", "remedy"]);
  expect(answer.text.length, what).toBeLessThan(400);
}

/** A role that has not what an operation needs; none where everybody has it. */
function roleWithout(name: OperationName): Role | undefined {
  const { needs }: Operation = operations[name];
  if (needs === "known" || needs === "self") return undefined;
  const roles: readonly Role[] = ["analyst", "auditor"];
  return roles.find((role) => !(ROLES[role] as readonly string[]).includes(needs));
}

/** Ways to name what lies in a case: each id alone, where an operation takes it. */
const IDS = [
  "uid",
  "fuid",
  "segment",
  "attachment",
  "note",
  "saved",
  "share",
  "case",
  "capture",
] as const;

function namings(name: OperationName): (typeof IDS)[number][] {
  const { shape } = operations[name].input as unknown as { shape: Record<string, unknown> };
  return IDS.filter((id) => (id === "capture" ? name === "bursts" : id in shape));
}

/** The id alone beside what must be there; an id of nobody for what is not asked about. */
function inputNaming(name: OperationName, id: (typeof IDS)[number], ids: Ids) {
  const input = inputOf(name, ids);
  if (id !== "case" && "case" in input) delete input["case"];
  if (id === "case") {
    for (const key of ["uid", "fuid", "attachment", "segment"] as const)
      if (key in input && operations[name].path.includes(`:${key}`)) input[key] = own[key];
      else if (key in input) delete input[key];
  }
  if (name === "bursts") input["q"] = id === "capture" ? ids.capture : "";
  return input;
}

test("500 requests for what is not theirs: 500 refusals, an entry for each, no byte of evidence", async () => {
  const investigator = await server.add("ines", "investigator");
  const people = {
    analyst: await server.add("anna", "analyst"),
    auditor: await server.add("otto", "auditor"),
  };
  const removed = await server.add("rolf", "investigator", "*");
  const removedToken = await server.token(removed.person, ["metadata", "packets"]);
  await server.owner.removePerson({ person: removed.person }, server.context);
  const revoked = await server.token(investigator.person, ["metadata", "packets"]);
  await server.owner.revokeCredential({ credential: revoked["id"]!, reason: "" }, server.context);
  const expired = await expiredToken(investigator.person);
  const nobodies: [string, Who][] = [
    ["no session", {}],
    ["a cookie of nobody", { cookie: `holdfast_session=${"0".repeat(48)}` }],
    ["a wrong token", { authorization: `Bearer hf_${"0".repeat(48)}` }],
    ["an expired token", { authorization: `Bearer ${expired}` }],
    ["a revoked token", revoked],
    ["a removed person's session", { cookie: removed.cookie }],
    ["a removed person's token", removedToken],
  ];
  const before = {
    refused: await server.count("session.refuse"),
    denied: await server.count("access.deny"),
  };
  const sizes = { refused: 0, denied: 0 };
  for (const name of names) {
    for (const [what, who] of nobodies) {
      const answer = await server.ask(name, inputOf(name, own), who);
      expectRefusal(answer, [401], `${name}, ${what}`);
      sizes.refused++;
    }
    const role = roleWithout(name);
    if (role !== undefined) {
      const { cookie } = people[role as "analyst" | "auditor"];
      expectRefusal(
        await server.ask(name, inputOf(name, own), { cookie }),
        [403],
        `${name}, ${role}`,
      );
      sizes.denied++;
    }
  }
  const { cookie } = investigator;
  for (const name of names.filter((one) => mayAsk(one, "investigator"))) {
    for (const id of namings(name)) {
      const theirs = await server.ask(name, inputNaming(name, id, other), { cookie });
      expectRefusal(theirs, [404], `${name}, ${id} of another case`);
      const nobodys = inputNaming(name, id, madeUp);
      const invented = await server.ask(name, nobodys, { cookie });
      expect(invented.status, name).toBe(theirs.status);
      expect(withoutIds(invented.text, madeUp), `${name} ${id}`).toBe(
        withoutIds(theirs.text, other),
      );
      sizes.denied += 2;
    }
  }
  const scopeless = await server.token(investigator.person, ["import"]);
  for (const name of names.filter((one) => !["known", "import"].includes(operations[one].needs))) {
    const answer = await server.ask(name, inputOf(name, own), scopeless);
    expectRefusal(answer, [403], `${name}, token`);
    sizes.denied++;
  }
  await server.home.people.stop();
  expect(sizes.refused + sizes.denied).toBeGreaterThanOrEqual(500);
  expect((await server.count("session.refuse")) - before.refused).toBe(sizes.refused);
  expect((await server.count("access.deny")) - before.denied).toBe(sizes.denied);
});

function mayAsk(name: OperationName, role: Role): boolean {
  return (ROLES[role] as readonly string[]).includes(operations[name].needs);
}

const madeUp: Ids = {
  case: "NONE-3",
  capture: "a".repeat(26),
  segment: "b".repeat(26),
  uid: "C1a2b3c4d5e",
  fuid: "F1a2b3c4d5e",
  attachment: "c".repeat(26),
  note: "d".repeat(26),
  saved: "e".repeat(26),
  share: "f".repeat(26),
};

function withoutIds(text: string, ids: Ids): string {
  return Object.values(ids).reduce((rest, id: string) => rest.replaceAll(id, "ID"), text);
}

/** A token whose entry says that it has ended. */
async function expiredToken(person: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  const token = `hf_${"1".repeat(48)}`;
  const token_sha256 = createHash("sha256").update(token).digest("hex");
  const check = { kind: "token", token_sha256, scopes: PERMISSION_NAMES, cases: "*" } as const;
  const entry = { type: "credential.add", credential: "cold", person, label: "", check } as const;
  const expires_at = "2020-01-01T00:00:00.000Z";
  await server.home.append([{ ...entry, expires_at }], server.context.actor);
  return token;
}

/** Questions that name nothing: each says what it says of everything that whoever asks may see. */
const OPEN_QUESTIONS: readonly (readonly [OperationName, Record<string, unknown>])[] = [
  ...(["status", "cases", "captures", "segments", "keyLogs", "attachments"] as const).map(
    (name) => [name, {}] as const,
  ),
  ...(["notes", "savedQueries", "shares", "me"] as const).map((name) => [name, {}] as const),
  ...(["conn", "dns", "files", "http", "ssl", "microbursts"] as const).flatMap((log) => [
    ["query", { q: "", log }] as const,
    ["histogram", { q: "", log, bins: 50 }] as const,
  ]),
  ...(["logs", "conversations", "endpoints", "hierarchy", "findings"] as const).map(
    (name) => [name, { q: "" }] as const,
  ),
  // What completion offers are the largest groups of a field's values.
  ...(["id.orig_h", "id.resp_h", "uid", "service"] as const).map(
    (field) => ["top", { q: "", by: [field] }] as const,
  ),
  ["bursts", { q: "" }],
  ["packetList", { q: "", limit: 1000 }],
  ["packets", { q: "" }],
];

test("an investigator of one case sees nothing of another in any answer", async () => {
  const { cookie } = await server.add("iris", "investigator");
  const marks: string[] = [...Object.values(other), "10.4.22", "OTHER"];
  const seenByOwner = new Set<string>();
  const owner = await ownerCookie();
  for (const [name, input] of OPEN_QUESTIONS) {
    const answer = await server.ask(name, input, { cookie });
    expect(answer.status, name).toBe(200);
    const facts = Buffer.from(answer.headers.get("holdfast-facts") ?? "", "base64url").toString();
    for (const mark of marks) expect(answer.text + facts, name).not.toContain(mark);
    const whole = (await server.ask(name, input, { cookie: owner })).text;
    for (const mark of marks) if (whole.includes(mark)) seenByOwner.add(mark);
  }
  expect([...seenByOwner].sort()).toEqual([...marks].sort());
});

test("sums are those of one's cases", async () => {
  const { cookie } = await server.add("ilse", "investigator");
  const of = async (name: OperationName, input: Record<string, unknown>, who: string) =>
    JSON.parse((await server.ask(name, input, { cookie: who })).text);
  const owner = await ownerCookie();
  for (const name of [
    "histogram",
    "hierarchy",
    "endpoints",
    "conversations",
    "logs",
    "findings",
  ] as const) {
    const own = await of(name, { q: "" }, cookie);
    expect(own, name).toEqual(await of(name, { q: "", case: OWN }, owner));
    expect(own, name).not.toEqual(await of(name, { q: "" }, owner));
  }
  const status = await of("status", {}, cookie);
  expect(status).toMatchObject({ cases: [{ case: OWN }], captures: 1, headline: null });
});

async function ownerCookie(): Promise<string> {
  const answer = await fetch(server.loginLink(), { redirect: "manual" });
  return answer.headers.get("set-cookie")!.split(";")[0]!;
}

test("packets of all that one asks for are those of one's cases", async () => {
  const { cookie } = await server.add("ingo", "investigator", [OTHER]);
  const list = async (who: Who) => {
    const { text } = await server.ask("packetList", { q: "", limit: 5 }, who);
    return JSON.parse(text) as { total: number; packets: { segment: string }[] };
  };
  const { total, packets } = await list({ cookie });
  const { segments } = await server.owner.segments({ case: OTHER }, server.context);
  const ids = new Set(segments.map(({ segment }) => segment));
  expect(total).toBe(segments.reduce((most, one) => Math.max(most, one.packets), 0));
  expect(packets.every(({ segment }) => ids.has(segment))).toBe(true);
  const everything = await server.add("emma", "investigator", "*");
  expect((await list({ cookie: everything.cookie })).total).toBeGreaterThan(total);
});

test("an admin looks after people and reads no evidence, an auditor reads the ledger alone", async () => {
  const admin = await server.add("adam", "admin", "*");
  const auditor = await server.add("olga", "auditor", "*");
  const status = async (name: OperationName, input: Record<string, unknown>, cookie: string) =>
    (await server.ask(name, input, { cookie })).status;
  expect(await status("people", {}, admin.cookie)).toBe(200);
  expect(await status("doctor", {}, admin.cookie)).toBe(200);
  for (const name of ["packets", "query", "ledger", "cases", "segmentPart"] as const)
    expect(await status(name, inputOf(name, own), admin.cookie), name).toBe(403);
  expect(await status("ledger", {}, auditor.cookie)).toBe(200);
  expect(await status("verify", { quick: true }, auditor.cookie)).toBe(200);
  for (const name of ["query", "status", "people", "attachment"] as const)
    expect(await status(name, inputOf(name, own), auditor.cookie), name).toBe(403);
});

test("a role taken away, a removal and a logout end the session at once", async () => {
  const { person, cookie } = await server.add("rita", "investigator");
  const me = async (session: string) => (await server.ask("me", {}, { cookie: session })).status;
  expect(await me(cookie)).toBe(200);
  await server.owner.setPerson({ person, roles: ["analyst"] }, server.context);
  expect(await me(cookie)).toBe(401);
  const again = await server.login("rita");
  await fetch(`${server.address}/logout`, { method: "POST", headers: { cookie: again } });
  expect(await me(again)).toBe(401);
  const third = await server.login("rita");
  await server.owner.removePerson({ person }, server.context);
  expect(await me(third)).toBe(401);
});

test("a token for packets does not take out the secrets that open them", async () => {
  const { person } = await server.add("petra", "investigator");
  const asked = { q: "", case: OWN, secrets: true };
  const packetsOnly = await server.token(person, ["packets"]);
  expectRefusal(await server.ask("packets", asked, packetsOnly), [403], "secrets");
  expect((await server.ask("packets", { q: "", case: OWN }, packetsOnly)).status).toBe(200);
  const both = await server.token(person, ["packets", "keys"]);
  expect((await server.ask("packets", asked, both)).status).toBe(200);
});

test("packets on their way stop when what their reader may do is changed", async () => {
  const { person } = await server.add("paul", "investigator", [OTHER]);
  const { revision } = server.home.people.state.people.get(person)!;
  const { entry } = server.home.people.state.credentialsOf(person)[0]!;
  const admission = { person, credential: entry.credential, revision };
  const handlers = createHandlers(server.home, server.home.people.authorityOf(admission)!);
  const input = operations.packets.input.parse({ q: "" });
  const { bytes } = await handlers.packets(input, server.context);
  const iterator = bytes[Symbol.asyncIterator]();
  expect((await iterator.next()).done).toBe(false);
  await server.owner.setPerson({ person, roles: ["analyst"] }, server.context);
  await expect(iterator.next()).rejects.toMatchObject({ code: "access/denied" });
});

test("wrong passwords are slowed down and told alike whether the name exists or not", async () => {
  await server.add("lena", "analyst");
  const attempt = async (name: string) => {
    const answer = await fetch(`${server.address}/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, password: "wrong" }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const said = new Map<string, string[]>();
  for (const name of ["lena", "nobody at all"]) {
    for (let n = 0; n < 5; n++) {
      const { status, text } = await attempt(name);
      const { code } = JSON.parse(text) as { code: string };
      said.set(name, [...(said.get(name) ?? []), `${status} ${code}`]);
    }
  }
  expect(said.get("lena")).toEqual(said.get("nobody at all"));
  expect(said.get("lena")!.at(-1)).toBe("429 session/too-many");
});

test("the owner's link opens everything, with people as without", async () => {
  const cookie = await ownerCookie();
  const me = JSON.parse((await server.ask("me", {}, { cookie })).text);
  expect(me).toMatchObject({ name: "owner", person: null, cases: "*", solo: false });
  expect((await server.ask("ledger", {}, { cookie })).status).toBe(200);
});
