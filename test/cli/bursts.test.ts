import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome } from "../support/holdfast.ts";

const SECOND = 1_700_000_000;

/** A steady packet each 10 ms for 2 s, and within one 100 µs of it twelve full frames of another flow. */
function capture(): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  let identification = 0;
  const add = (nanoseconds: number, port: number, bytes: number): void => {
    const between = { from: host("10.0.0.1"), to: host("198.41.0.4") };
    identification++;
    const frame = udpFrame(
      { ...between, identification },
      { source: port, destination: 9999 },
      new Uint8Array(bytes),
    );
    pieces.push(
      writer.packet({
        bytes: frame,
        originalBytes: frame.length,
        seconds: SECOND + Math.floor(nanoseconds / 1e9),
        nanoseconds: nanoseconds % 1e9,
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  };
  for (let n = 0; n < 200; n++) {
    add(n * 10_000_000, 4000, 100);
    if (n === 50) for (let m = 1; m <= 12; m++) add(n * 10_000_000 + m * 8000, 5000, 1458);
  }
  return Buffer.concat(pieces);
}

function homeWithCapture(): ScratchHome {
  const home = ScratchHome.empty();
  writeFileSync(home.path("burst.pcapng"), capture());
  home.ok("import", home.path("burst.pcapng"));
  return home;
}

interface Answer {
  links: Record<string, unknown>[];
  bursts: { contributors: { uid: string; says: string; bytes: number }[]; ts_ns: string }[];
}

test("the burst of a capture is found with its rate, its share of the link and who sent it", () => {
  const home = homeWithCapture();
  const [answer] = home.json<Answer>("bursts", "--bin", "100us", "--link", "1g");
  expect(answer!.links).toEqual([
    {
      interface: 0,
      direction: "out",
      bin: "100us",
      // Twelve frames of 1,500 bytes and one of 142, in 100 µs.
      peak_rate: (12 * 1500 + 142) * 8 * 10_000,
      utilisation: ((12 * 1500 + 142) * 8 * 10_000) / 1e9,
      busy_bins: 1,
      busy_seconds: 1e-4,
      late: 0,
    },
  ]);
  const [burst] = answer!.bursts;
  expect(burst!.ts_ns).toBe(`${SECOND}500000000`);
  expect(burst!.contributors.map(({ bytes, says }) => [bytes, says])).toEqual([
    [18_000, "10.0.0.1:5000 > 198.41.0.4:9999 udp"],
    [142, "10.0.0.1:4000 > 198.41.0.4:9999 udp"],
  ]);
  const { text } = home.ok("bursts", "--bin", "100us", "--link", "1g");
  expect(text).toContain("interface 0 out, bins of 100us: peak 1.45 Gbit/s (145 %)");
  expect(text).toContain("above 90 % of the link for 100 µs (1 bin)");
  expect(text).toContain("10.0.0.1:5000 > 198.41.0.4:9999 udp");
  const query = home.json("query", "--log", "microbursts", "microbursts.rate > 1400000000");
  expect(query.map((row) => row["bin"])).toContain(0.0001);
});

test("without a width the peak of each is shown, and a capture or a query narrows it", () => {
  const home = homeWithCapture();
  const [all] = home.json<Answer>("bursts");
  expect(all!.links.map(({ bin }) => bin)).toEqual(["10us", "100us", "1ms", "10ms", "100ms", "1s"]);
  expect(all!.bursts).toHaveLength(6);
  const [row] = home.json<{ capture: string }>("segments");
  const [one] = home.json<Answer>("bursts", row!.capture);
  expect(one!.bursts).toEqual(all!.bursts);
  const [early] = home.json<Answer>("bursts", "before 2023-11-14T22:13:20.2Z", "--bin", "1ms");
  expect(early!.bursts.length).toBeGreaterThan(0);
  expect(early!.links[0]).toMatchObject({ peak_rate: 142 * 8 * 1000, busy_bins: null });
  expect(home.run(["bursts", "before 2001-01-01T00:00:00Z"]).code).toBe(4);
});

test("a link or a width that is none is refused with a sentence", () => {
  const home = ScratchHome.empty();
  for (const wrong of [
    ["--link", "fast"],
    ["--bin", "3us"],
    ["--limit", "0"],
    ["--link", "-1"],
  ]) {
    const done = home.run(["bursts", ...wrong]);
    expect(done.code).toBe(2);
    expect(done.errors).toMatch(/bursts|link|bin|limit/);
  }
});
