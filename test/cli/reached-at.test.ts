import { writeFileSync } from "node:fs";
import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { expect, onTestFinished, test } from "vitest";
import { Authenticator } from "../support/authenticator.ts";
import { selfSigned } from "../support/certificate.ts";
import { ScratchHome } from "../support/holdfast.ts";
import { PASSWORD, PeopleServer } from "../support/people-server.ts";

const NAME = "holdfast.example";
const ORIGIN = `https://${NAME}`;

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ca?: string;
}

/** Asks by an address of one's own what a proxy or a browser elsewhere would ask by name. */
async function ask(address: string, { headers = {}, body, ca }: Asked) {
  const method = body === undefined ? "GET" : "POST";
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const options = { method, headers: { ...type, ...headers }, ca, servername: NAME };
  return await new Promise<{
    status: number;
    headers: NodeJS.Dict<string | string[]>;
    text: string;
  }>((resolve, reject) => {
    const send = address.startsWith("https:") ? requestTls : requestPlain;
    const call = send(address, options, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode!, headers: response.headers, text });
      });
    });
    call.on("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function started(origin?: string): Promise<PeopleServer> {
  const server = new PeopleServer();
  await server.start("", origin);
  onTestFinished(() => server.stop());
  return server;
}

test("behind a proxy, links, cookies and passkeys are of the name that people type", async () => {
  const server = await started(ORIGIN);
  const { owner, context, address } = server;
  const headers = { host: NAME, "x-forwarded-proto": "https", origin: ORIGIN };
  const { person } = await owner.addPerson({ name: "ada", roles: ["analyst"], cases: [] }, context);
  const { link } = await owner.createEnrolment({ person }, context);
  expect(link.startsWith(`${ORIGIN}/login?token=`)).toBe(true);
  const opened = await ask(link.replace(ORIGIN, address), { headers });
  const [flags] = opened.headers["set-cookie"] as string[];
  expect(flags).toMatch(/HttpOnly; Secure; SameSite=Strict/);
  const cookie = flags!.split(";")[0]!;
  const device = new Authenticator(ORIGIN);
  const post = async (path: string, body: unknown) =>
    await ask(address + path, { headers: { ...headers, cookie }, body });
  const begun = JSON.parse((await post("/api/v1/passkeys/begin", {})).text);
  expect(begun.options.rp.id).toBe(NAME);
  const made = { response: device.create(begun.options), label: "laptop" };
  expect((await post("/api/v1/passkeys", made)).status).toBe(200);
  const login = JSON.parse((await post("/login/passkey/begin", {})).text);
  expect((await post("/login/passkey", device.get(login.options))).status).toBe(204);
  const again = JSON.parse((await post("/login/passkey/begin", {})).text);
  const elsewhere = Object.assign(new Authenticator("https://evil.example"), { id: device.id });
  expect((await post("/login/passkey", elsewhere.get(again.options))).status).toBe(401);
});

test("other names, and pages of other sites, are answered nothing, whatever headers say beside", async () => {
  const { address } = await started(ORIGIN);
  const status = async (headers: Record<string, string>, body?: unknown) =>
    (await ask(`${address}/login/ways`, { headers, body })).status;
  expect(await status({ host: NAME })).toBe(200);
  expect(await status({ host: "evil.example" })).toBe(403);
  expect(await status({ host: "evil.example", "x-forwarded-host": NAME })).toBe(403);
  expect(await status({ host: "[" })).toBe(403);
  const begin = async (origin: string) => {
    const headers = { host: NAME, origin };
    return (await ask(`${address}/login/passkey/begin`, { headers, body: {} })).status;
  };
  expect(await begin(ORIGIN)).toBe(200);
  expect(await begin("https://evil.example")).toBe(403);
  expect(await begin("null")).toBe(403);
});

test("wrong passwords slow down the address that the proxy names, and say for how long", async () => {
  const server = await started(ORIGIN);
  await server.add("ada", "analyst");
  const attempt = async (name: string, from: string, password = "wrong") =>
    await ask(`${server.address}/login`, {
      headers: { host: NAME, "x-forwarded-for": from },
      body: { name, password },
    });
  let last = await attempt("n0", "192.0.2.1");
  for (let n = 1; n < 12; n++) last = await attempt(`n${n}`, "192.0.2.1");
  expect(last.status).toBe(429);
  const seconds = Number(last.headers["retry-after"]);
  expect(seconds).toBeGreaterThan(0);
  expect(JSON.parse(last.text)).toMatchObject({
    code: "session/too-many",
    retry_after_s: seconds,
    remedy: `wait ${seconds} s, then try again`,
  });
  expect((await attempt("ada", "192.0.2.2", PASSWORD)).status).toBe(204);
});

test.for([
  ["http://10.1.2.3", "passkeys belong to a name, and http://10.1.2.3 is an address"],
  ["https://[2001:db8::1]:8443", "passkeys belong to a name, and https://[2001:db8::1]:8443 is"],
  ["http://holdfast.lan", "passkeys need https, and http://holdfast.lan is without"],
] as const)("at %s there are no passkeys, and it is said why", async ([origin, says]) => {
  const { address } = await started(origin);
  const host = new URL(origin).host;
  const answer = await ask(`${address}/login/passkey/begin`, { headers: { host }, body: {} });
  expect(answer.status).toBe(409);
  expect(JSON.parse(answer.text)["message"]).toContain(says);
  const ways = JSON.parse((await ask(`${address}/login/ways`, { headers: { host } })).text);
  expect(ways["passkeys"]).toEqual({ origin, why: expect.stringContaining(says) });
});

test("it serves https by itself, with the certificate it was given", async () => {
  const home = new ScratchHome();
  home.ok("init");
  const { cert, key } = selfSigned(NAME);
  writeFileSync(home.path("cert.pem"), cert);
  writeFileSync(home.path("key.pem"), key);
  const tls = ["--tls-cert", home.path("cert.pem"), "--tls-key", home.path("key.pem")];
  const child = home.start(["serve", "--port", "0", "--origin", ORIGIN, ...tls]);
  const ended = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGINT");
    await ended;
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (/token=\w+/.test(said)) break;
  }
  const [, address] = /listens at (https:\S+)\)/.exec(said) ?? [];
  const [link] = /https:\S+token=\w+/.exec(said) ?? [];
  expect(link!.startsWith(`${ORIGIN}/login`)).toBe(true);
  const opened = await ask(link!.replace(ORIGIN, address!), { headers: { host: NAME }, ca: cert });
  expect(opened.status).toBe(302);
  expect(String(opened.headers["set-cookie"])).toContain("Secure");
});

test("what cannot be served is told in one sentence before anything is", () => {
  const home = new ScratchHome();
  home.ok("init");
  const { cert, key } = selfSigned(NAME);
  writeFileSync(home.path("cert.pem"), cert);
  writeFileSync(home.path("key.pem"), key);
  writeFileSync(home.path("other.pem"), selfSigned(NAME).key);
  const tls = (of: string) => ["--tls-cert", home.path("cert.pem"), "--tls-key", home.path(of)];
  for (const [args, says] of [
    [["--host", "0.0.0.0"], /needs --tls-cert and --tls-key/],
    [["--host", "0.0.0.0", ...tls("key.pem")], /needs --origin/],
    [["--origin", "http://holdfast.lan", ...tls("key.pem")], /begin it with https/],
    [["--tls-cert", home.path("cert.pem")], /--tls-key FILE is missing/],
    [tls("other.pem"), /certificate and key do not serve/],
    [tls("none.pem"), /cannot read .*none\.pem/],
    [["--origin", "holdfast.example"], /an origin is meant/],
  ] as const) {
    const done = home.run(["serve", "--port", "0", ...args]);
    expect(done.code, args.join(" ")).not.toBe(0);
    expect(done.errors).toMatch(says);
    expect(done.errors).not.toMatch(/\n\s+at /);
  }
});
