import { expect, test } from "vitest";
import { isLeftOut, PACKET_BY_PACKET, ScratchHome, stock } from "../support/holdfast.ts";
import { incidentFile } from "../support/made-once.ts";

const statistics = (file: string, what: string): string[] =>
  stock("tshark", [...PACKET_BY_PACKET, "-q", "-z", what, "-r", file])
    .toString()
    .split("\n");

/** Rows of tshark's table of endpoints: address, then what our answer has in the same order. */
function endpointsOf(file: string, kind: string): string[] {
  return statistics(file, `endpoints,${kind}`)
    .filter((line) => /^[\d.:a-f]+ +\d/.test(line))
    .map((line) => {
      const cells = line.trim().split(/\s+/);
      const end = kind === "ip" ? cells[0]! : `${cells[0]}:${cells[1]}`;
      return [end, ...cells.slice(kind === "ip" ? 1 : 2).map(Number)].join(" ");
    })
    .sort(byText);
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

interface Endpoint {
  readonly address: string;
  readonly port: number | null;
  readonly flows: number;
  readonly sent_packets: number;
  readonly sent_bytes: number;
  readonly received_packets: number;
  readonly received_bytes: number;
}

interface Node {
  readonly path: readonly string[];
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
}

test.skipIf(isLeftOut("tshark"))(
  "endpoints have the packets and bytes that tshark counts, by address and by port",
  () => {
    const home = ScratchHome.withIncident();
    const file = incidentFile();
    for (const kind of ["ip", "tcp", "udp"]) {
      const [answer] = home.json<{ endpoints: Endpoint[]; total: number }>(
        "endpoints",
        ...["--kind", kind, "-n", "10000"],
      );
      const own = answer!.endpoints.map((one) =>
        [
          one.port === null ? one.address : `${one.address}:${one.port}`,
          one.sent_packets + one.received_packets,
          one.sent_bytes + one.received_bytes,
          one.sent_packets,
          one.sent_bytes,
          one.received_packets,
          one.received_bytes,
        ].join(" "),
      );
      expect(own.sort(byText)).toEqual(endpointsOf(file, kind));
      expect(answer!.total).toBe(own.length);
    }
    expect(home.ok("endpoints", "-n", "1").text).toMatch(
      /^ *address +packets +bytes +sent packets/,
    );
    expect(home.run(["endpoints", "host 192.0.2.250"]).code).toBe(4);
  },
);

test.skipIf(isLeftOut("tshark"))(
  "the hierarchy has tshark's packets and bytes down to the transport, and all flows below",
  () => {
    const home = ScratchHome.withIncident();
    const file = incidentFile();
    const [{ nodes }] = home.json<{ nodes: Node[] }>("hierarchy") as [{ nodes: Node[] }];
    const of = (...path: string[]) => nodes.find((node) => node.path.join() === path.join())!;
    const theirs = new Map(
      statistics(file, "io,phs").flatMap((line) => {
        const [, name, packets, bytes] = /^ *([\w.-]+) +frames:(\d+) bytes:(\d+)/.exec(line) ?? [];
        return name === undefined ? [] : [[name, [Number(packets), Number(bytes)]] as const];
      }),
    );
    for (const [name, path] of [
      ["ip", ["ip"]],
      ["tcp", ["ip", "tcp"]],
      ["udp", ["ip", "udp"]],
      ["dns", ["ip", "udp", "dns"]],
    ] as const) {
      expect([of(...path).packets, of(...path).bytes], name).toEqual(theirs.get(name));
    }
    const rows = home.json("query", "--all", "conn.service == http").length;
    expect(of("ip", "tcp", "http").flows).toBe(rows);
    expect(home.ok("hierarchy", "port 53").text).toMatch(/^ip .*\n {2}udp .*\n {4}dns /m);
  },
);

test("an option that does not read is a wrong command line, whichever command it is given to", () => {
  const home = ScratchHome.empty();
  for (const command of ["query", "packets", "conversations", "endpoints", "hierarchy", "bursts"]) {
    expect(home.run([command, "--relative-to", "noon"]).code, command).toBe(2);
    expect(home.run([command, "--case", "no/such"]).errors, command).toContain("a case is named");
  }
  for (const [command, most] of [
    ["conversations", "from 1 to 10000"],
    ["endpoints", "from 1 to 10000"],
    ["top --by conn.proto", "from 1 to 10000"],
  ] as const) {
    expect(home.run([...command.split(" "), "-n", "0"]).errors, command).toContain(most);
  }
});
