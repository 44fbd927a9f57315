import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PeopleServer } from "../support/people-server.ts";
import { CLIENT_SECRET, SignInProvider } from "../support/sign-in-provider.ts";
import { TamperedIssuer } from "../support/tampered-issuer.ts";

const provider = new SignInProvider();
const issuer = new TamperedIssuer();
const server = new PeopleServer();
/** The same with an issuer that says what a test wants. */
const tampered = new PeopleServer();

const configOf = (of: string, secret = "client_secret: {env: HOLDFAST_TEST_SECRET}"): string =>
  `oidc:\n  issuer: ${of}\n  client_id: holdfast\n  ${secret}\n  name: Example\n`;

beforeAll(async () => {
  process.env["HOLDFAST_TEST_SECRET"] = CLIENT_SECRET;
  await provider.start();
  await issuer.start();
  await server.start(configOf(provider.issuer));
  await tampered.start(configOf(issuer.issuer));
  await tampered.add("patience", "analyst");
  provider.register(`${originOf(server)}/login/oidc`);
});
afterAll(async () => {
  await server.stop();
  await tampered.stop();
  await provider.stop();
  await issuer.stop();
});
afterEach(() => {
  Object.assign(issuer, { claims: {}, metadata: {}, answer: undefined, isForged: false });
});

function originOf(of: PeopleServer): string {
  return `http://localhost:${new URL(of.address).port}`;
}

async function post(of: PeopleServer, path: string, body: unknown, cookie = "") {
  const answer = await fetch(`${of.address}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const cookies = answer.headers.getSetCookie().map((line) => line.split(";")[0]!);
  const said = (text === "" ? {} : JSON.parse(text)) as Record<string, string>;
  return { status: answer.status, said, cookies };
}

/** Begins in one browser: where it is to go, and the cookie it is known by. */
async function begin(of: PeopleServer) {
  const { status, said, cookies } = await post(of, "/login/oidc/begin", {});
  expect(status, JSON.stringify(said)).toBe(200);
  return { address: said["address"]!, cookie: cookies[0]! };
}

const finish = (of: PeopleServer, answer: string, cookie: string) =>
  post(of, "/login/oidc/finish", { answer }, cookie);

/** Goes to the provider and comes back, as one browser. */
async function signIn() {
  const { address, cookie } = await begin(server);
  return await finish(server, await provider.visit(address), cookie);
}

async function addPerson(of: PeopleServer, name: string): Promise<string> {
  const input = { name, roles: ["analyst" as const], cases: [] };
  return (await of.owner.addPerson(input, of.context)).person;
}

test("an account linked by its person's link lets them in, as what the home says", async () => {
  const person = await addPerson(server, "ada");
  const { link } = await server.owner.createEnrolment({ person }, server.context);
  const opened = await fetch(link.replace("localhost", "127.0.0.1"), { redirect: "manual" });
  const enrolled = opened.headers.getSetCookie()[0]!.split(";")[0]!;
  const { said } = await post(server, "/api/v1/accounts/begin", {}, enrolled);
  const asked = new URL(said["address"]!).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    client_id: "holdfast",
    redirect_uri: `${originOf(server)}/login/oidc`,
    scope: "openid",
    code_challenge_method: "S256",
    nonce: expect.stringMatching(/^.{43}$/),
    state: expect.stringMatching(/^link\..{43}$/),
  });
  const answer = await provider.visit(said["address"]!);
  const added = await post(server, "/api/v1/accounts", { answer }, enrolled);
  expect(added.status, JSON.stringify(added.said)).toBe(200);
  // The same answer again belongs to nothing that is waited for.
  expect((await post(server, "/api/v1/accounts", { answer }, enrolled)).status).toBe(401);

  const { status, cookies } = await signIn();
  expect(status).toBe(204);
  const session = cookies.find((one) => one.startsWith("holdfast_session"))!;
  const me = await server.ask("me", {}, { cookie: session });
  expect(JSON.parse(me.text)).toMatchObject({ name: "ada", roles: ["analyst"], via: "web" });
  const { credentials } = await server.owner.credentials({ person: "ada" }, server.context);
  expect(credentials).toMatchObject([{ kind: "oidc", label: "Example: ada-at-provider" }]);
  const entries = JSON.stringify(await server.home.ledger.read(0, server.home.ledger.size));
  expect(entries).toContain('"subject":"ada-at-provider"');
  expect(entries).not.toContain(CLIENT_SECRET);

  const { credential } = credentials[0]!;
  await server.owner.revokeCredential({ credential, reason: "left" }, server.context);
  expect((await server.ask("me", {}, { cookie: session })).status).toBe(401);
  expect((await signIn()).said["code"]).toBe("session/unknown-account");
});

test("an account that nobody has makes no person, and that it came is on record", async () => {
  provider.subject = "stranger";
  const before = await server.count("access.deny");
  const people = (await server.owner.people({}, server.context)).people.length;
  const { status, said, cookies } = await signIn();
  expect(status).toBe(403);
  expect(said).toMatchObject({
    code: "session/unknown-account",
    message: "nobody here has your account of Example",
  });
  expect(cookies.some((one) => /^holdfast_session=\w/.test(one))).toBe(false);
  expect((await server.count("access.deny")) - before).toBe(1);
  expect((await server.owner.people({}, server.context)).people).toHaveLength(people);
});

test("the owner links by subject, an account is one person's, and an admin may not", async () => {
  provider.subject = "otto-at-provider";
  const otto = await addPerson(server, "otto");
  const eva = await addPerson(server, "eva");
  const subject = "otto-at-provider";
  await server.owner.linkAccount({ person: otto, subject }, server.context);
  await expect(
    server.owner.linkAccount({ person: eva, subject }, server.context),
  ).rejects.toMatchObject({ code: "people/account-taken" });
  const admin = await server.add("adam", "admin");
  const asked = { person: "eva", subject: "eva-at-provider" };
  expect((await server.ask("linkAccount", asked, admin)).status).toBe(403);
  expect((await signIn()).status).toBe(204);
  await server.owner.removePerson({ person: otto }, server.context);
  expect((await signIn()).status).toBe(403);
});

test("an answer of another browser, of nobody, of another person and a code used twice are refused", async () => {
  provider.subject = "ada-at-provider";
  const stale = { status: 401, said: { code: "session/stale-sign-in" } };
  const [one, other] = [await begin(server), await begin(server)];
  const answer = await provider.visit(one.address);
  expect(await finish(server, answer, other.cookie)).toMatchObject(stale);
  // A wrong try spends it: it cannot be tried again.
  expect(await finish(server, answer, one.cookie)).toMatchObject(stale);
  expect(await finish(server, "?code=1&state=login.x", one.cookie)).toMatchObject(stale);
  expect(await finish(server, "", "")).toMatchObject(stale);
  const third = await begin(server);
  const spent = new URLSearchParams(answer);
  const fresh = new URLSearchParams(await provider.visit(third.address));
  fresh.set("code", spent.get("code")!);
  expect(await finish(server, `?${fresh}`, third.cookie)).toMatchObject({
    status: 401,
    said: { code: "session/used-code" },
  });
  const ines = await server.add("ines", "analyst");
  const begun = await post(server, "/api/v1/accounts/begin", {}, ines.cookie);
  const theirs = await provider.visit(begun.said["address"]!);
  const iris = await server.add("iris", "analyst");
  expect(await post(server, "/api/v1/accounts", { answer: theirs }, iris.cookie)).toMatchObject(
    stale,
  );
});

test("who cancels at the provider is told so, in words of ours", async () => {
  provider.subject = null;
  const { status, said } = await signIn();
  expect(status).toBe(401);
  expect(said["message"]).toBe("the sign-in at Example was cancelled or refused");
  provider.subject = "ada-at-provider";
});

/** Begins, and comes back with a code that the tampered issuer answers as it was told to. */
async function comeBack(more: Record<string, string> = {}) {
  // Whoever gets in is not slowed down for what went wrong before.
  await tampered.login("patience");
  const { address, cookie } = await begin(tampered);
  const asked = new URL(address).searchParams;
  issuer.claims = { nonce: asked.get("nonce"), ...issuer.claims };
  const answer = new URLSearchParams({ code: "c", state: asked.get("state")!, ...more });
  return await finish(tampered, `?${answer}`, cookie);
}

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);

test("an answer that is right but for nobody here is refused for that alone", async () => {
  expect(await comeBack()).toMatchObject({
    status: 403,
    said: { code: "session/unknown-account" },
  });
});

test.for([
  ["nonce", { nonce: "another" }, "another nonce"],
  ["issuer", { iss: "https://evil.example" }, "another issuer"],
  ["audience", { aud: "another-client" }, "another audience"],
  ["subject", { sub: "" }, "a field that is not right"],
  ["long subject", { sub: "x".repeat(256) }, "a field that is not right"],
] as const)("an answer with a wrong %s does not verify", async ([, claims, says]) => {
  issuer.claims = claims;
  const { status, said } = await comeBack();
  expect(status, JSON.stringify(said)).toBe(401);
  expect(said["code"]).toBe("session/wrong-answer");
  expect(said["message"]).toContain(says);
});

test.for([
  ["is over", { exp: now() - HOUR, iat: now() - 2 * HOUR }],
  ["is yet to come", { nbf: now() + HOUR }],
] as const)("an answer whose time %s points at the clocks", async ([, claims]) => {
  issuer.claims = claims;
  expect(await comeBack()).toMatchObject({ status: 401, said: { code: "session/wrong-clock" } });
});

test("an answer signed by somebody else, or from another issuer, does not verify", async () => {
  issuer.isForged = true;
  expect(await comeBack()).toMatchObject({ status: 401, said: { code: "session/wrong-answer" } });
  issuer.isForged = false;
  const elsewhere = await comeBack({ iss: "https://evil.example" });
  expect(elsewhere).toMatchObject({ status: 401, said: { code: "session/wrong-answer" } });
});

test.for([
  ["an error page", { status: 500, type: "text/html", text: "<h1>no</h1>" }, "provider-down"],
  ["no JSON", { status: 200, type: "application/json", text: "{" }, "provider-down"],
  [
    "too much",
    { status: 200, type: "application/json", text: " ".repeat(2 << 20) },
    "provider-down",
  ],
  [
    "that it does not know this client",
    { status: 401, type: "application/json", text: '{"error":"invalid_client"}' },
    "provider-refused",
  ],
] as const)("a provider that answers %s is said to", async ([, answer, code]) => {
  issuer.answer = answer;
  const { status, said } = await comeBack();
  expect(said["code"]).toBe(`session/${code}`);
  expect(status).toBe(code === "provider-down" ? 503 : 502);
});

test("every refusal at the door is on record by its kind", async () => {
  await tampered.home.people.stop();
  const entries = await tampered.home.ledger.read(0, tampered.home.ledger.size);
  const reasons = entries.flatMap((entry) =>
    entry.type === "session.refuse" ? [entry.reason] : [],
  );
  for (const kind of ["wrong-answer", "wrong-clock", "provider-down", "provider-refused"])
    expect(reasons).toContain(`sign-in: ${kind}`);
});

test("a provider that is down, without a secret, or leads elsewhere is told before anybody leaves", async () => {
  const gone = new TamperedIssuer();
  await gone.start();
  const where = gone.issuer;
  await gone.stop();
  const down = { status: 503, said: { code: "session/provider-down" } };
  const begun = async (config: string) => {
    const home = new PeopleServer();
    await home.start(config);
    const answer = await post(home, "/login/oidc/begin", {});
    await home.stop();
    return answer;
  };
  expect(await begun(configOf(where))).toMatchObject(down);
  expect(await begun(configOf(issuer.issuer, "client_secret: {file: none}"))).toMatchObject(down);
  issuer.metadata = { authorization_endpoint: "javascript:alert(1)" };
  expect(await begun(configOf(issuer.issuer))).toMatchObject(down);
  issuer.metadata = { issuer: "https://evil.example" };
  expect(await begun(configOf(issuer.issuer))).toMatchObject({
    status: 401,
    said: { code: "session/wrong-answer" },
  });
  expect(await begun("")).toMatchObject({ status: 404, said: { code: "session/no-provider" } });
});

test("strangers are told which ways in there are, and nothing else", async () => {
  await addPerson(server, "zoe");
  const ways = await (await fetch(`${server.address}/login/ways`)).json();
  const origin = originOf(server);
  const passkeys = { origin, why: null };
  expect(ways).toEqual({ solo: false, passkeys, provider: { name: "Example", origin } });
});

test("wrong answers in a row are slowed down like wrong passwords", async () => {
  const { cookie } = await begin(server);
  const codes = new Set<string>();
  for (let n = 0; n < 12; n++) codes.add((await finish(server, "?state=x", cookie)).said["code"]!);
  expect([...codes]).toEqual(["session/stale-sign-in", "session/too-many"]);
  expect((await post(server, "/login/oidc/begin", {})).status).toBe(429);
});
