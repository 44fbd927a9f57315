import { afterAll, beforeAll, expect, test } from "vitest";
import { ScratchHome } from "../support/holdfast.ts";
import { OTHER, OWN, PeopleServer } from "../support/people-server.ts";

const server = new PeopleServer();
const ADDRESS = `/search?case=${OWN}&q=port+53`;

beforeAll(async () => {
  await server.start();
  for (const name of [OWN, OTHER])
    await server.owner.openCase({ case: name, purpose: "" }, server.context);
});
afterAll(() => server.stop());

const share = async (caseName?: string, title = "what ada saw") => {
  const input = { address: ADDRESS, title, expires_days: 7 };
  const of = caseName === undefined ? {} : { case: caseName };
  return await server.owner.share({ ...input, ...of }, server.context);
};

test("a share leads whoever sees its case to its address, and is an entry", async () => {
  const made = await share(OWN);
  expect(made.link).toBe(`http://localhost:${new URL(server.address).port}/s/${made.share}`);
  const ada = await server.add("ada", "analyst", [OWN]);
  const opened = await server.ask("openShare", { share: made.share }, ada);
  expect(opened.status).toBe(200);
  expect(JSON.parse(opened.text)).toMatchObject({
    address: ADDRESS,
    title: "what ada saw",
    by: "owner",
    state: "open",
  });
  const [entry] = await server.home.ledger.read(made.seq, made.seq + 1);
  expect(entry).toMatchObject({ type: "share.create", case: OWN, address: ADDRESS });
  expect((await fetch(made.link!.replace("localhost", "127.0.0.1"))).status).toBe(200);
});

test("of another case, of all cases and of nobody are one answer to who sees one case", async () => {
  const { cookie } = await server.add("eva", "analyst", [OTHER]);
  const told = new Set<string>();
  for (const id of [(await share(OWN)).share, (await share()).share, "0".repeat(26)]) {
    const { status, text } = await server.ask("openShare", { share: id }, { cookie });
    told.add(`${status} ${text.replaceAll(id, "ID")}`);
    const ended = await server.ask("revokeShare", { share: id }, { cookie });
    told.add(`${ended.status} ${ended.text.replaceAll(id, "ID")}`);
  }
  expect([...told]).toEqual([expect.stringMatching(/^404 .*there is no shared view ID/)]);
  const unnamed = await server.ask("share", { address: "/search" }, { cookie });
  expect(unnamed.status).toBe(400);
  expect((await server.ask("shares", {}, { cookie })).text).toBe('{"shares":[]}');
});

test("an expired and a revoked share say so, and whom to ask", async () => {
  const { cookie } = await server.add("iris", "analyst", [OWN]);
  const made = await share(OWN);
  await server.ask("revokeShare", { share: made.share, reason: "wrong list" }, { cookie });
  const { status, text } = await server.ask("openShare", { share: made.share }, { cookie });
  expect(status).toBe(410);
  expect(JSON.parse(text)).toMatchObject({
    code: "share/revoked",
    message: expect.stringMatching(/^iris took this shared view back at 20/),
    remedy: "ask owner for another",
  });
  const entry = { type: "share.create", share: "over", case: OWN as never, title: "" } as const;
  const over = { ...entry, address: "/", expires_at: "2020-01-01T00:00:00.000Z" };
  await server.home.append([over], server.context.actor);
  const expired = await server.ask("openShare", { share: "over" }, { cookie });
  expect(expired.status).toBe(410);
  expect(expired.text).toContain("ended at 2020-01-01");
  const { shares } = await server.owner.shares({ case: OWN }, server.context);
  expect(shares[0]).toMatchObject({ share: "over", state: "expired" });
});

test.for([
  "search",
  "//evil.example/",
  "/\\evil.example",
  "/s/other",
  "/api/v1/me",
  "/login?token=1",
  "/a b",
])("an address that is none of the page is no share: %s", async (address) => {
  const { cookie } = await server.add(`x${Math.random()}`, "analyst", [OWN]);
  const asked = { address, case: OWN };
  expect((await server.ask("share", asked, { cookie })).status).toBe(400);
});

test("the command line shares, lists and revokes", () => {
  const home = new ScratchHome();
  home.ok("init");
  expect(home.run(["shares"]).code).toBe(4);
  const whole = "http://localhost:7443/search?q=port+53";
  const made = home.ok("share", whole, "--title", "dns", "--expires", "2d").text.trim();
  expect(made).toMatch(/^\/s\/[0-9A-Z]{26}$/i);
  const [listed] = home.json<{ share: string }>("shares");
  expect(listed).toMatchObject({ title: "dns", address: "/search?q=port+53", state: "open" });
  expect(home.ok("shares", "revoke", listed!.share, "--reason", "done").text).toContain("revoked");
  expect(home.ok("shares").text).toContain("revoked");
  const again = home.run(["shares", "revoke", listed!.share]);
  expect(again.code).toBe(1);
  expect(again.errors).toContain("taken back already");
  expect(home.run(["shares", "revoke", "none"]).code).toBe(4);
  expect(home.run(["share", "no address"]).code).toBe(3);
  expect(home.run(["share", "/", "--expires", "soon"]).errors).toContain("such as 7d");
  home.ok("case", "open", "IR-7");
  home.ok("share", "/search?case=IR-7", "--title", "its own");
  expect(home.json("shares")[0]).toMatchObject({ title: "its own", case: "IR-7" });
});
