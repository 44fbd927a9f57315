import { expect, test } from "vitest";
import type { ProtocolSums } from "../index/index.ts";
import { protocolTree } from "./protocol-tree.ts";

function sums(services: string[], bytes: number, more: Partial<ProtocolSums> = {}): ProtocolSums {
  const ip = { isIpv4: true, ipProtocol: 6, transport: "tcp" };
  return { ...ip, services, flows: 1, packets: 2, bytes, ...more };
}

const lines = (all: readonly ProtocolSums[]): string[] =>
  protocolTree(all).nodes.map(({ path, bytes }) => `${path.join("/")} ${bytes}`);

test("each path has the sum of what runs over it, the largest first", () => {
  const udp = { transport: "udp", ipProtocol: 17 };
  expect(
    lines([sums(["ssl"], 10), sums(["http"], 30), sums([], 5), sums(["dns"], 7, udp)]),
  ).toEqual(["ip 52", "ip/tcp 45", "ip/tcp/http 30", "ip/tcp/ssl 10", "ip/udp 7", "ip/udp/dns 7"]);
});

test("of a flow's services the carrier comes first, in whatever order they were found", () => {
  expect(lines([sums(["http", "ssl"], 1)]).at(-1)).toBe("ip/tcp/ssl/http 1");
  expect(lines([sums(["dns", "http2", "ssl"], 1)]).at(-1)).toBe("ip/tcp/ssl/http2/dns 1");
  expect(lines([sums(["ntlm", "gssapi", "smb"], 1)]).at(-1)).toBe("ip/tcp/smb/gssapi/ntlm 1");
});

test("a transport without a name is called by its number, and IPv6 is apart", () => {
  const sctp = { transport: "unknown_transport", ipProtocol: 132, isIpv4: false };
  expect(lines([sums([], 3, sctp)])).toEqual(["ipv6 3", "ipv6/ip proto 132 3"]);
});

test("no flows are an empty tree", () => {
  expect(protocolTree([])).toEqual({ nodes: [], flows: 0, packets: 0, bytes: 0 });
});
