import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { writeIncident } from "../../src/core/traffic/index.ts";
import { ScratchHome } from "../support/holdfast.ts";

interface Server {
  readonly home: ScratchHome;
  readonly address: string;
  readonly link: string;
}

async function serve(): Promise<Server> {
  const home = ScratchHome.empty();
  const child = home.start(["serve", "--port", "0"]);
  const gone = new Promise((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGINT");
    await gone;
  });
  let text = "";
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  for await (const chunk of child.stdout) {
    text += String(chunk);
    const link = /http:\S+token=\w+/.exec(text)?.[0];
    if (link) return { home, link, address: new URL(link).origin };
  }
  throw new Error(`the server ended: ${errors}`);
}

async function login({ link }: Server): Promise<string> {
  const answer = await fetch(link, { redirect: "manual" });
  return answer.headers.get("set-cookie")!.split(";")[0]!;
}

test("nobody gets an answer without logging in, and a link works once", async () => {
  const server = await serve();
  const refused = await fetch(`${server.address}/api/v1/status`);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: "session/login-needed" });
  const cookie = await login(server);
  expect(cookie).toMatch(/^holdfast_session=/);
  expect((await fetch(`${server.address}/api/v1/status`, { headers: { cookie } })).status).toBe(
    200,
  );
  const again = await fetch(server.link, { redirect: "manual" });
  expect(again.headers.get("set-cookie")).toBeNull();
  expect(again.headers.get("location")).toContain("login=used");
});

test("another site's page and another name for this machine are refused", async () => {
  const server = await serve();
  const cookie = await login(server);
  const foreign = await fetch(`${server.address}/api/v1/cases`, {
    method: "POST",
    headers: { cookie, origin: "http://evil.example", "content-type": "application/json" },
    body: JSON.stringify({ case: "X" }),
  });
  expect(foreign.status).toBe(403);
  const { port } = new URL(server.address);
  const status = await new Promise((resolve) => {
    request(
      {
        host: "127.0.0.1",
        port,
        path: "/api/v1/status",
        headers: { host: "rebound.example", cookie },
      },
      (r) => {
        r.resume();
        resolve(r.statusCode);
      },
    ).end();
  });
  expect(status).toBe(403);
});

test("the page comes with a policy that allows nothing from elsewhere", async () => {
  const server = await serve();
  const page = await fetch(`${server.address}/`);
  const policy = page.headers.get("content-security-policy")!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
});

test("a file uploaded is sealed, its rows are found, its packets come back with their facts", async () => {
  const server = await serve();
  const headers = { cookie: await login(server) };
  const body = Buffer.concat([...writeIncident()]);
  const upload = await fetch(
    `${server.address}/api/v1/imports/upload?name=a.pcapng&bytes=${body.length}`,
    {
      method: "POST",
      headers: { ...headers, "content-type": "application/octet-stream" },
      body,
    },
  );
  const events = (await upload.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  expect(events.at(-1)).toMatchObject({ type: "done", duplicate_of: null });
  const post = (path: string, input: unknown): Promise<Response> =>
    fetch(`${server.address}${path}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(input),
    });
  const rows = (await (await post("/api/v1/query", { q: "conn.orig_bytes > 10MB" })).json()) as {
    total: number;
    rows: { uid: string }[];
  };
  expect(rows.total).toBe(1);
  const wrong = await post("/api/v1/query", { q: "port = 80" });
  expect(wrong.status).toBe(400);
  expect(await wrong.json()).toMatchObject({ code: "query/bad-query", column: expect.any(Number) });
  const packets = await post("/api/v1/packets", { q: "host 10.4.22.77", purpose: "test" });
  expect(packets.headers.get("content-disposition")).toBe("attachment");
  const facts = JSON.parse(
    Buffer.from(packets.headers.get("holdfast-facts")!, "base64url").toString(),
  ) as { candidates: number; seq: number };
  expect(facts.candidates).toBeGreaterThan(2000);
  expect(Buffer.from(await packets.arrayBuffer()).readUInt32BE(0)).toBe(0x0a0d0d0a);
  const list = (await (
    await post("/api/v1/packets/list", { uid: rows.rows[0]!.uid, limit: 3 })
  ).json()) as { total: number; packets: { bytes: string }[] };
  expect(list.packets).toHaveLength(3);
  expect(list.total).toBeGreaterThan(39_000);
});

test("while a server runs, the command line speaks through it; bad requests name their field", async () => {
  const server = await serve();
  writeFileSync(server.home.path("a.pcapng"), Buffer.concat([...writeIncident()]));
  server.home.ok("import", server.home.path("a.pcapng"));
  expect(server.home.json("query", "conn.orig_bytes > 10MB")).toHaveLength(1);
  server.home.ok("packets", "port 53", "-o", server.home.path("out.pcapng"));
  expect(server.home.ok("verify", "--quick").text).toMatch(/^good/m);
  expect(server.home.run(["query", "host"]).code).toBe(3);
  expect(server.home.ok("serve", "--link").text).toMatch(/token=/);
  const headers = { cookie: await login(server), "content-type": "application/json" };
  const bad = await fetch(`${server.address}/api/v1/query`, {
    method: "POST",
    headers,
    body: JSON.stringify({ q: 1, limit: 0 }),
  });
  expect(bad.status).toBe(400);
  expect(await bad.json()).toMatchObject({
    code: "request/bad-input",
    message: expect.stringContaining("limit"),
  });
});
