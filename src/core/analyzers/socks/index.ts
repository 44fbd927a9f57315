import {
  type Protocol,
  ProxyTunnels,
  type Recognition,
  type Side,
  type Transport,
  tunnelSchema,
} from "../shared/index.ts";
import { SocksAnalyzer, type SocksShared } from "./socks-analyzer.ts";
import { socksSchema } from "./socks-events.ts";
import { parseSocks4Request } from "./socks-parser.ts";

/** SOCKS 4, 4A and 5 (RFC 1928). */
export const socks: Protocol = {
  name: "socks",
  logs: [socksSchema],
  tcpPorts: [1080],
  recognises: recogniseSocks,
  start: ({ log, limit }) => {
    const tunnelLimit = limit("socks.tunnels", 10_000);
    const shared: SocksShared = {
      log: log(socksSchema),
      tunnels: new ProxyTunnels(log(tunnelSchema), tunnelLimit, "Tunnel::SOCKS"),
      heldBytes: limit("socks.heldBytes", 65_536),
    };
    return { open: (conversation) => new SocksAnalyzer(conversation, shared) };
  },
};

/** Methods that are registered (IANA), but 4, which never was. */
const METHODS: ReadonlySet<number> = new Set([0, 1, 2, 3, 5, 6, 7, 8, 9]);
/** Methods that a client offers at most. */
const METHODS_MAX = 8;

/**
 * A client's first message with nothing behind it, for it has to wait for the answer. The answer
 * decides: without one the service is not confirmed.
 */
function recogniseSocks(head: Uint8Array, side: Side, transport: Transport): Recognition {
  if (side === 1 || transport === "udp") return "no";
  if (head[0] === 4) {
    if (head.length > 1 && head[1] !== 1 && head[1] !== 2) return "no";
    const request = parseSocks4Request(head);
    if (request === "more") return "more";
    return request !== "broken" && request.length === head.length ? "yes" : "no";
  }
  if (head[0] !== 5) return "no";
  const count = head[1];
  if (count === undefined) return "more";
  if (count === 0 || count > METHODS_MAX || head.length > 2 + count) return "no";
  for (let n = 2; n < head.length; n++) if (!METHODS.has(head[n]!)) return "no";
  return head.length === 2 + count ? "yes" : "more";
}
