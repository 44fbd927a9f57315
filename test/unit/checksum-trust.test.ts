import { expect, test } from "vitest";
import type { ChecksumRule } from "../../src/core/flow/index.ts";
import { pcap } from "../fuzz/crafted-captures.ts";
import { passOver } from "../fuzz/engine-pass.ts";
import { A, ACK, B, SYN, tcp } from "../support/crafted-packets.ts";

/** The same packet with a transport checksum that is wrong, as its network card would still fill it in. */
function offloaded(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  copy[20 + 16]! ^= 0xff;
  return copy;
}

const question = tcp([A, B], { sequence: 100, flags: SYN });
const answer = tcp([B, A], { sequence: 500, acknowledgment: 101, flags: SYN | ACK });
const data = tcp([A, B], { sequence: 101, acknowledgment: 501, flags: ACK, text: "hello" });
const connOf = (packets: readonly Uint8Array[], checksums: ChecksumRule) =>
  passOver([pcap("little", packets)], { checksums, keepRows: true }).rows("conn")[0]!;

test("a host that never shows a right checksum is believed: its card fills them in", () => {
  const packets = [offloaded(question), answer, offloaded(data)];
  expect(connOf(packets, "auto")).toMatchObject({ orig_pkts: 2, orig_bytes: 5 });
  expect(connOf(packets, "ignore")).toMatchObject({ orig_pkts: 2, orig_bytes: 5 });
});

test("a host that has shown a right one is not believed when a later one is wrong", () => {
  const packets = [question, answer, offloaded(data)];
  expect(connOf(packets, "auto")).toMatchObject({ orig_pkts: 1, orig_bytes: 0 });
});

/** The packet as a host leaves it to its card: the sum of the pseudo header alone (IPv4, TCP). */
function unfilled(packet: Uint8Array, { withLength = true } = {}): Uint8Array {
  const copy = packet.slice();
  const view = new DataView(copy.buffer);
  let sum = 6 + (withLength ? packet.length - 20 : 0);
  for (let at = 12; at < 20; at += 2) sum += view.getUint16(at);
  view.setUint16(20 + 16, (sum & 0xffff) + (sum >>> 16));
  return copy;
}

test("what its card is to fill in is believed of a host that has shown right ones", () => {
  const packets = [question, answer, unfilled(data)];
  expect(connOf(packets, "auto")).toMatchObject({ orig_pkts: 2, orig_bytes: 5 });
  const cut = [question, answer, unfilled(data, { withLength: false })];
  expect(connOf(cut, "auto")).toMatchObject({ orig_pkts: 2, orig_bytes: 5 });
  expect(connOf(packets, "verify")).toMatchObject({ orig_pkts: 1, orig_bytes: 0 });
});

test("a checksum that is right by chance before it is filled in says nothing of its sender", () => {
  const packets = [byChance(), answer, offloaded(data)];
  expect(connOf(packets, "auto")).toMatchObject({ orig_pkts: 2, orig_payload_bytes: 5 });
});

/** A SYN whose right checksum is the sum of its pseudo header. */
function byChance(): Uint8Array {
  for (let sequence = 0; sequence < 1 << 17; sequence++) {
    const packet = tcp([A, B], { sequence, flags: SYN });
    if (Buffer.from(packet).equals(unfilled(packet))) return packet;
  }
  throw new Error("no sequence number gives it");
}

test("verify believes nobody", () => {
  const packets = [question, answer, offloaded(data)];
  expect(connOf(packets, "verify")).toMatchObject({ orig_pkts: 1, orig_bytes: 0 });
});
