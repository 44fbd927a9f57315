import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome } from "../support/holdfast.ts";

/** One datagram from each of so many hosts. */
function capture(hosts: number): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (let n = 0; n < hosts; n++) {
    const between = { from: host(`10.0.0.${n + 1}`), to: host("192.0.2.9"), identification: 1 };
    const bytes = udpFrame(between, { source: 1000, destination: 9 }, new Uint8Array(4));
    pieces.push(
      writer.packet({
        bytes,
        originalBytes: bytes.length,
        seconds: 1_700_000_000,
        nanoseconds: n,
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  return Buffer.concat(pieces);
}

function withConfig(text: string): ScratchHome {
  const home = ScratchHome.empty();
  writeFileSync(join(home.home, "config.yaml"), text);
  writeFileSync(home.path("c.pcapng"), capture(8));
  return home;
}

test("a new home has every setting with its default in config.yaml, commented out", () => {
  const home = ScratchHome.empty();
  const text = readFileSync(join(home.home, "config.yaml"), "utf8");
  for (const name of ["local_networks", "checksums: verify", "vlans_in_key: false", "live_flows"]) {
    expect(text).toContain(`${name}`);
  }
  expect(text.split("\n").every((line) => line === "" || line.startsWith("#"))).toBe(true);
});

test("networks that are ours decide what is local", () => {
  const home = withConfig("local_networks: [192.0.2.0/24]\n");
  home.ok("import", home.path("c.pcapng"));
  const [row] = home.json("query", "host 10.0.0.1");
  expect(row).toMatchObject({ local_orig: false, local_resp: true });
});

test("a limit that is reached is told, and every packet is still found", () => {
  const home = withConfig("limits:\n  live_flows: 2\n");
  home.ok("import", home.path("c.pcapng"));
  const weirds = home.json("query", "--log", "weird", 'name == "limit_reached"');
  expect(weirds).toHaveLength(1);
  expect(weirds[0]!["addl"]).toBe("flow.liveFlows: 6 times, at 2");
  expect(home.json("query", "port 9")).toHaveLength(8);
});

test.each([
  [
    "local_networks: [10.0.0.0/8, foo]\n",
    /config\.yaml, line 1: local_networks\.1: "foo" is no network/,
  ],
  ["\nlimits:\n  live_flow: 3\n", /config\.yaml, line 3: limits: Unrecognized key: "live_flow"/],
  ["limits:\n  tunnel_depth: 99\n", /config\.yaml, line 2: limits\.tunnel_depth: Too big/],
  [
    "limits:\n  live_flows: 3000000\n",
    /config\.yaml, line 2: limits: posting_bytes must be at least 32 for each of live_flows/,
  ],
  [
    "oidc:\n  issuer: http://login.example\n  client_id: h\n",
    /line 2: oidc\.issuer: an issuer is an https/,
  ],
  ["\noidc:\n  issuer: https://login.example\n", /line 3: oidc\.client_id: /],
  [
    "oidc:\n  issuer: https://login.example\n  client_id: h\n  client_secret: in clear\n",
    /line 4: oidc\.client_secret: write file: PATH or env: NAME; a secret does not stand/,
  ],
  [
    "oidc:\n  issuer: https://login.example\n  client_id: h\n  client_secret: {file: a, env: b}\n",
    /line 4: oidc\.client_secret: write file: PATH or env: NAME/,
  ],
  [
    "oidc:\n  issuer: https://login.example\n  client_id: h\n  redirect_origin: https://a.example/x\n",
    /line 4: oidc\.redirect_origin: an origin is meant/,
  ],
  ["checksums: [\n", /config\.yaml, line \d: /],
])("a fault in config.yaml is named with its line: %j", (text, sentence) => {
  const home = withConfig(text);
  const done = home.run(["query", "port 9"]);
  expect(done.code).toBe(6);
  expect(done.errors).toMatch(sentence);
  expect(done.errors).not.toMatch(/\n\s+at /);
});
