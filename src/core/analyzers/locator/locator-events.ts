import type { LogSchema } from "../../events/index.ts";

/** One row a run of packet locations in the capture's posting file. */
export const locatorSchema: LogSchema = {
  name: "locator",
  shown: false,
  says: "Where the locations of a flow's packets lie in the posting file; a long flow has several rows.",
  fields: [
    {
      name: "flow",
      kind: "count",
      width: "u32",
      optional: false,
      says: "Number of the flow or residue; 0 is all packets that are not IP.",
    },
    {
      name: "first",
      kind: "count",
      optional: false,
      says: "Byte offset of the run in the posting file.",
    },
    { name: "count", kind: "count", width: "u32", optional: false, says: "Packets in the run." },
    { name: "bytes", kind: "count", width: "u32", optional: false, says: "Bytes of the run." },
    { name: "first_ts", kind: "time", optional: false, says: "Time of the run's first packet." },
    { name: "last_ts", kind: "time", optional: false, says: "Time of the run's last packet." },
  ],
};

/** Packets that are IP but belong to no flow, by address pair and protocol. */
export const residueSchema: LogSchema = {
  name: "residue",
  shown: false,
  says: "Packets without a flow (bad IP header, later fragments, tunnels) of one address pair.",
  fields: [
    {
      name: "flow",
      kind: "count",
      width: "u32",
      optional: false,
      says: "Number of the residue, in one series with the flows.",
    },
    { name: "orig_h", kind: "addr", optional: false, says: "Source of the first packet." },
    { name: "resp_h", kind: "addr", optional: false, says: "Destination of the first packet." },
    {
      name: "proto",
      kind: "count",
      width: "u8",
      optional: false,
      says: "Number of the IP protocol.",
    },
    {
      name: "vlan",
      kind: "count",
      width: "u16",
      optional: true,
      says: "VLAN id of the first packet, the outer one if there are two.",
    },
  ],
};
