import { field, type LogSchema } from "../../events/index.ts";

/** One row a run of packet locations in the capture's posting file. */
export const locatorSchema: LogSchema = {
  name: "locator",
  shown: false,
  says: "Where the locations of a flow's packets lie in the posting file; a long flow has several rows.",
  fields: [
    field("flow", "count", "Number of the flow or residue; 0 is all packets that are not IP.", {
      width: "u32",
    }),
    field("first", "count", "Byte offset of the run in the posting file."),
    field("count", "count", "Packets in the run.", { width: "u32" }),
    field("bytes", "count", "Bytes of the run.", { width: "u32" }),
    field("first_ts", "time", "Time of the run's first packet."),
    field("last_ts", "time", "Time of the run's last packet."),
  ],
};

/** Packets that are IP but belong to no flow, by address pair and protocol. */
export const residueSchema: LogSchema = {
  name: "residue",
  shown: false,
  says: "Packets without a flow (bad IP header, later fragments, tunnels) of one address pair.",
  fields: [
    field("flow", "count", "Number of the residue, in one series with the flows.", {
      width: "u32",
    }),
    field("orig_h", "addr", "Source of the first packet."),
    field("resp_h", "addr", "Destination of the first packet."),
    field("proto", "count", "Number of the IP protocol.", { width: "u8" }),
    field("vlan", "count", "VLAN id of the first packet, the outer one if there are two.", {
      optional: true,
      width: "u16",
    }),
  ],
};
