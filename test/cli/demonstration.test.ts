import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { INCIDENT } from "../../src/core/traffic/index.ts";
import { isLeftOut, PACKET_BY_PACKET, ScratchHome, stock } from "../support/holdfast.ts";
import { incidentFile } from "../support/made-once.ts";

interface Conn {
  readonly uid: string;
  readonly "id.orig_h": string;
  readonly "id.resp_h": string;
  readonly orig_bytes: number;
}

test("three documented commands give address, bytes and period of the incident", () => {
  const home = ScratchHome.withIncident();
  const [upload] = home.json<Conn>("query", "conn.orig_bytes > 10MB");
  expect(upload?.["id.orig_h"]).toBe(INCIDENT.workstation);
  expect(upload?.["id.resp_h"]).toBe(INCIDENT.dropPoint);
  expect(upload?.orig_bytes).toBeGreaterThan(37_000_000);
  const shown = home.ok("show", upload!.uid).text;
  expect(shown).toContain(`${INCIDENT.workstation} sent 38 MB to ${INCIDENT.dropPoint}:80`);
  const [beacon] = home.json<Conn>("query", "conn.bursts > 100");
  expect(beacon?.["id.resp_h"]).toBe(INCIDENT.controller);
  expect(home.ok("show", beacon!.uid).text).toMatch(/calls out every 60\.?\d* s/);
});

test("the page's first sentence leads to the upload", () => {
  const home = ScratchHome.withIncident();
  const status = JSON.parse(home.ok("status", "--json").text) as { headline: { text: string } };
  expect(status.headline.text).toBe(
    "10.4.22.45 sent 38 MB to 203.0.113.9, never seen before, at 02:00: what was it?",
  );
});

interface Finding {
  readonly kind: string;
  readonly text: string;
  readonly log: string;
  readonly query: string;
  readonly uid: string | null;
  readonly count: number;
}

test("findings name what is odd in the incident, and each query shows as much as it says", () => {
  const home = ScratchHome.withIncident();
  const findings = home.json<Finding>("findings");
  const kinds = findings.map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["upload", "scan", "long-connection", "burst"]));
  const scan = findings.find(({ kind }) => kind === "scan");
  expect(scan?.text).toMatch(/^10\.4\.22\.77 tried [\d,]+ ports of 10\.4\.22\.45: /);
  for (const { kind, log, query, count } of findings) {
    const rows = home.json("logs", log, query);
    expect(rows.length, query).toBeGreaterThanOrEqual(1);
    if (kind === "scan") expect(rows).toHaveLength(count);
  }
  const elsewhere = home.run(["findings", "host 192.0.2.250"]);
  expect(elsewhere.code).toBe(4);
});

test.skipIf(isLeftOut("tshark"))(
  "packets of a connection are exactly those another reader finds: none missing, none extra",
  () => {
    const home = ScratchHome.withIncident();
    const file = incidentFile();
    const times = (path: string, filter: string): string =>
      stock("tshark", [
        ...PACKET_BY_PACKET,
        ...["-r", path, "-Y", filter, "-T", "fields"],
        ...["-e", "frame.time_epoch", "-e", "frame.len", "-e", "ip.id"],
      ]).toString();
    for (const [query, filter] of [
      ["uid", `ip.addr==${INCIDENT.dropPoint} && tcp`],
      [`host ${INCIDENT.scanner}`, `ip.addr==${INCIDENT.scanner}`],
      ["port 53", "udp.port==53 || tcp.port==53"],
      ["net 192.0.2.0 mask 255.255.255.0 and tcp", "ip.addr==192.0.2.0/24 && tcp"],
      [
        "after 2026-03-10T02:00:00Z and before 2026-03-10T02:00:05Z",
        'frame.time >= "2026-03-10 02:00:00" && frame.time <= "2026-03-10 02:00:05"',
      ],
      ["not host 10.4.22.45", "!(ip.addr==10.4.22.45)"],
      ["icmp or port 445", "icmp || tcp.port==445"],
    ] as const) {
      const out = home.path("out.pcapng");
      const isUid = query === "uid";
      const uid = isUid ? home.json<Conn>("query", "conn.orig_bytes > 10MB")[0]!.uid : "";
      home.ok("packets", ...(isUid ? ["--uid", uid] : [query]), "-o", out);
      expect(times(out, "frame"), query).toBe(times(file, filter));
    }
  },
);

test("3h ago counts from the end of the record when asked", () => {
  const home = ScratchHome.withIncident();
  expect(home.run(["query", "after 3h ago"]).code).toBe(4);
  const recent = home
    .ok("query", "after 3h ago", "--relative-to", "end", "--all", "--json")
    .text.trim()
    .split("\n");
  const all = home.ok("query", "--all", "--json").text.trim().split("\n");
  expect(recent.length).toBeGreaterThan(10);
  expect(recent.length).toBeLessThan(all.length);
});

test.skipIf(isLeftOut("age", "zstd"))(
  "head and body decrypt to the imported file with stock tools alone",
  () => {
    const home = ScratchHome.withIncident();
    const file = incidentFile();
    const [segment] = home.json<{ segment: string; plaintext_sha256: string }>("segments");
    const vault = `${home.home}/vault/${segment!.segment}`;
    const sealed = Buffer.concat([readFileSync(`${vault}.head`), readFileSync(`${vault}.body`)]);
    const inner = stock("age", ["-d", "-i", `${home.home}/keys/vault.identity`], sealed);
    const plain = stock("zstd", ["-d", "-c"], inner);
    const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
    expect(digest(plain)).toBe(digest(readFileSync(file)));
    expect(digest(plain)).toBe(segment!.plaintext_sha256);
  },
);

test.skipIf(isLeftOut("tshark"))("the archive that left is whole, byte for byte", () => {
  const home = ScratchHome.withIncident();
  const [file] = home.json<{ fuid: string; sha256: string }>("objects", "files.seen_bytes > 30MB");
  const folder = join(home.folder, "tshark");
  stock("tshark", ["-Q", "-r", incidentFile(), "--export-objects", `http,${folder}`]);
  // The whole body of the form, of which the archive is all but the first and the last boundary.
  const body = readFileSync(join(folder, "upload"));
  const archive = body.subarray(body.indexOf("\r\n\r\n") + 4, body.lastIndexOf("\r\n--"));
  expect(file!.sha256).toBe(createHash("sha256").update(archive).digest("hex"));
  home.ok("objects", "--extract", file!.fuid, "-o", join(home.folder, "out.zip"));
  expect(readFileSync(join(home.folder, "out.zip")).equals(archive)).toBe(true);
  expect(home.json("query", "--log", "archive_members", "--all")).toHaveLength(40);
  expect(home.run(["query", "--log", "weird", "--all"]).code).toBe(4);
});

test("explain names the packets and bytes behind a field, and the bytes add up", () => {
  const home = ScratchHome.withIncident();
  const [upload] = home.json<Conn>("query", "conn.orig_bytes > 10MB");
  const [explained] = home.json<{
    value: unknown;
    steps: { packet: number; ranges: { name: string; bytes: string }[] }[];
  }>("explain", upload!.uid, "--field", "conn.resp_bytes");
  expect(explained!.value).toBe(105);
  expect(explained!.steps.length).toBeGreaterThan(0);
  expect(explained!.steps.flatMap(({ ranges }) => ranges.map(({ name }) => name))).toContain(
    "tcp.seq",
  );
});

test("every read of packets is in the ledger before its packets leave", () => {
  const home = ScratchHome.withIncident();
  home.ok("packets", "port 53", "--purpose", "looking for names", "-o", home.path("out.pcapng"));
  const [entry] = home.json<{ query: string; purpose: string; packets: number }>(
    "ledger",
    "--type",
    "read.packets",
  );
  expect(entry).toMatchObject({ query: "port 53", purpose: "looking for names" });
  expect(entry!.packets).toBeGreaterThan(500);
});

test("the same file twice is recognised and adds nothing", () => {
  const home = ScratchHome.withIncident();
  const file = incidentFile();
  const again = home.ok("import", file).text;
  expect(again).toContain("sealed already");
  expect(home.json("segments")).toHaveLength(1);
  expect(home.ok("verify").text).toMatch(/^good/m);
});

test("rows come out as Zeek's log, CSV and JSON", () => {
  const home = ScratchHome.withIncident();
  const zeek = home.ok("query", "conn.orig_bytes > 10MB", "--zeek").text.split("\n");
  expect(zeek[0]).toBe("#separator \\x09");
  expect(zeek.find((line) => line.startsWith("#fields\tts\tuid\tid.orig_h"))).toBeDefined();
  expect(zeek.at(-2)).toMatch(/^1773108002\.023000\tC\w+\t10\.4\.22\.45\t/);
  const csv = home.ok(
    "query",
    "conn.orig_bytes > 10MB",
    "--csv",
    "--columns",
    "id.orig_h,orig_bytes",
  ).text;
  expect(csv).toMatch(/^id\.orig_h,orig_bytes\r\n10\.4\.22\.45,38\d{6}\r\n$/);
});
