import { expect, test } from "vitest";
import { pcap } from "../fuzz/crafted-captures.ts";
import { lostPackets, passOver } from "../fuzz/engine-pass.ts";
import { A, B, fragmentsOf, ipv4, letters, OUTER, udp } from "../support/crafted-packets.ts";

const GRE = 47;
const UDP = 17;
const FRAGMENT_BYTES = 168;

/** An aggregate of so many UDP packets, each of a flow of its own, as an access point sends it in GRE. */
function aggregateOf(packets: number): Uint8Array {
  const gre = [0, 0, 0x82, 0];
  const wireless = [0x88, 0, ...new Array<number>(22).fill(0), 0x80, 0];
  const parts: Uint8Array[] = [Uint8Array.from([...gre, ...wireless])];
  for (let n = 0; n < packets; n++) {
    const packet = ipv4([A + n, B], UDP, udp(5000, 6000, letters(4)));
    const length = packet.length + 8;
    const head = [...new Array<number>(12).fill(2), length >> 8, length & 255];
    const padding = new Uint8Array(-(14 + length) & 3);
    parts.push(Uint8Array.from([...head, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]), packet, padding);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function passOf(packets: number) {
  const frames = fragmentsOf(OUTER, GRE, aggregateOf(packets), { size: FRAGMENT_BYTES });
  return passOver([pcap("little", frames)], { keepRows: true });
}

test("packets of an aggregate in a few fragments lie under their flows with every fragment", () => {
  const pass = passOf(20);
  expect(pass.rows("conn")).toHaveLength(20);
  for (const row of pass.rows("conn")) {
    expect(pass.packetsOf(Number(row["flow"]))).toHaveLength(pass.offsets.length);
  }
});

test("many packets in many fragments make lists as long as the capture, not as its square", () => {
  const [small, ...larger] = [128, 256, 512, 1024].map((packets) => {
    const pass = passOf(packets);
    expect(pass.rows("conn")).toHaveLength(packets);
    expect(lostPackets(pass)).toEqual([]);
    const names = pass.rows("weird").map((row) => row["name"]);
    expect(names).toContain("many_packets_in_fragments");
    const flows = ["conn", "residue"].flatMap((log) => pass.rows(log));
    return flows.reduce((sum, row) => sum + pass.packetsOf(Number(row["flow"])).length, 0);
  });
  let before = small!;
  for (const locations of larger) {
    expect(locations / before).toBeLessThanOrEqual(2.3);
    before = locations;
  }
});
