import type { Protocol, Recognition } from "../shared/index.ts";
import { Dnp3Analyzer } from "./dnp3-analyzer.ts";
import { dnp3Schema } from "./dnp3-events.ts";
import { LINK_HEADER_BYTES, parseLinkHeader } from "./dnp3-parser.ts";

/** DNP3 (IEEE 1815) over TCP and UDP. */
export const dnp3: Protocol = {
  name: "dnp3",
  logs: [dnp3Schema],
  tcpPorts: [20_000],
  udpPorts: [20_000],
  recognises: recogniseDnp3,
  start: ({ log }) => {
    const rows = log(dnp3Schema);
    return { open: (conversation) => new Dnp3Analyzer(conversation, rows) };
  },
};

/** A whole link header with its CRC. */
function recogniseDnp3(head: Uint8Array): Recognition {
  if (head.length > 0 && head[0] !== 0x05) return "no";
  if (head.length > 1 && head[1] !== 0x64) return "no";
  if (head.length < LINK_HEADER_BYTES) return "more";
  return typeof parseLinkHeader(head) === "string" ? "no" : "yes";
}
