import { afterAll, beforeAll, expect, test } from "vitest";
import { Authenticator } from "../support/authenticator.ts";
import { PeopleServer } from "../support/people-server.ts";

const server = new PeopleServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

const origin = (): string => `http://localhost:${new URL(server.address).port}`;

async function post(path: string, body: unknown, cookie = ""): Promise<Response> {
  return await fetch(`${server.address}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify(body),
  });
}

async function optionsFrom(answer: Response): Promise<{ challenge: string; rpId?: string }> {
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { options: { challenge: string } }).options;
}

/** A person who chose a passkey by link. */
async function enrol(name: string): Promise<Authenticator> {
  const { owner, context } = server;
  const { person } = await owner.addPerson({ name, roles: ["analyst"], cases: [] }, context);
  const { link } = await owner.createEnrolment({ person }, context);
  expect(link.startsWith(`${origin()}/`)).toBe(true);
  const opened = await fetch(link.replace("localhost", "127.0.0.1"), { redirect: "manual" });
  const cookie = opened.headers.get("set-cookie")!.split(";")[0]!;
  const device = new Authenticator(origin());
  const options = await optionsFrom(await post("/api/v1/passkeys/begin", {}, cookie));
  const input = { response: device.create(options), label: "laptop" };
  expect((await post("/api/v1/passkeys", input, cookie)).status).toBe(200);
  // The same answer again is over no challenge of ours.
  expect((await post("/api/v1/passkeys", input, cookie)).status).toBe(400);
  return device;
}

const begin = async () => await optionsFrom(await post("/login/passkey/begin", {}));

test("a passkey chosen by link lets its person in, and its public half is in the ledger", async () => {
  const device = await enrol("ada");
  const answer = await post("/login/passkey", device.get(await begin()));
  expect(answer.status, await answer.text()).toBe(204);
  const cookie = answer.headers.get("set-cookie")!.split(";")[0]!;
  const me = await server.ask("me", {}, { cookie });
  expect(JSON.parse(me.text)).toMatchObject({ name: "ada", via: "web", roles: ["analyst"] });
  const { credentials } = await server.owner.credentials({ person: "ada" }, server.context);
  expect(credentials).toMatchObject([{ kind: "passkey", label: "laptop" }]);
  const entries = await server.home.ledger.read(0, server.home.ledger.size);
  expect(JSON.stringify(entries)).toContain(device.id);
  const { credential } = credentials[0]!;
  await server.owner.revokeCredential({ credential, reason: "lost" }, server.context);
  expect((await server.ask("me", {}, { cookie })).status).toBe(401);
  expect((await post("/login/passkey", device.get(await begin()))).status).toBe(401);
});

test("another origin, challenge, key, an answer used twice and an absent user are refused", async () => {
  const device = await enrol("eva");
  const refused = async (body: unknown, what: string): Promise<void> => {
    const answer = await post("/login/passkey", body);
    expect(answer.status, what).toBe(401);
    expect(await answer.json(), what).toMatchObject({ code: "session/wrong-passkey" });
  };
  const used = device.get(await begin());
  expect((await post("/login/passkey", used)).status).toBe(204);
  await refused(used, "used twice");
  await refused(device.get({ challenge: "AAAA" }), "a challenge of nobody");
  const elsewhere = Object.assign(new Authenticator("http://evil.example"), { id: device.id });
  await refused(elsewhere.get(await begin()), "another origin and key");
  const stranger = Object.assign(new Authenticator(origin()), { id: device.id });
  await refused(stranger.get(await begin()), "another key");
  device.flags = 0x01;
  await refused(device.get(await begin()), "a user who was not verified");
  for (const body of [{}, [], { id: device.id }, { id: 7 }, { id: device.id, response: "x" }])
    await refused(body, JSON.stringify(body));
});
