import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyRequest } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { ownerAuthority } from "../core/custody/index.ts";
import { createHandlers, createHome, WholeHome } from "../services/home/index.ts";
import { SESSION_COOKIE, Sessions } from "./sessions.ts";

const HOUR = 3600_000;
const owner = ownerAuthority("cli");
const context = { actor: owner.actor, signal: new AbortController().signal };

async function openSessions() {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-sessions-"));
  const options = { directory: join(folder, "home"), version: "0", indexMemoryMib: 64 };
  await createHome({ ...options, actor: owner.actor });
  const home = await WholeHome.open(options);
  onTestFinished(async () => {
    await home.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const clock = { now: 1_000_000 };
  const sessions = new Sessions(home.people, () => clock.now);
  const nameOf = async (session: string): Promise<string | undefined> => {
    const request = { headers: {}, cookies: { [SESSION_COOKIE]: session }, ip: "::1" };
    return await sessions
      .authenticate(request as unknown as FastifyRequest)
      .then(({ actor }) => actor.name)
      .catch(() => undefined); // not let in
  };
  return { home, sessions, clock, nameOf };
}

test("a person's session ends after an hour without use, the owner's after twelve", async () => {
  const { home, sessions, clock, nameOf } = await openSessions();
  const handlers = createHandlers(home, owner);
  const input = { name: "ada", roles: ["analyst" as const], cases: [] };
  const { person } = await handlers.addPerson(input, context);
  const revision = home.people.state.people.get(person)!.revision;
  const used = sessions.begin({ person, credential: "link", revision });
  const idle = sessions.begin({ person, credential: "link", revision });
  const own = sessions.begin(null);
  for (let n = 0; n < 11; n++) {
    clock.now += HOUR - 1;
    expect(await nameOf(used)).toBe("ada");
  }
  expect(await nameOf(idle)).toBeUndefined();
  expect(await nameOf(own)).toBe("owner");
  clock.now += HOUR + 11;
  expect(await nameOf(used)).toBeUndefined();
  expect(await nameOf(own)).toBeUndefined();
});

test("who asks without a session is on record where there are people, and not in solo", async () => {
  const { home, nameOf } = await openSessions();
  const before = home.ledger.size;
  expect(await nameOf("nobody")).toBeUndefined();
  expect(home.ledger.size).toBe(before);
  await createHandlers(home, owner).addPerson(
    { name: "ada", roles: ["admin"], cases: [] },
    context,
  );
  expect(await nameOf("nobody")).toBeUndefined();
  expect(home.ledger.size).toBe(before + 2);
});
