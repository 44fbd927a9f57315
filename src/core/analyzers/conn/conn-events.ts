import { type Field, field, type LogSchema } from "../../events/index.ts";
import { CONN_STATES, TRANSPORTS } from "../../flow/index.ts";
import { TUNNEL_NAMES } from "../../packet/index.ts";
import { SERVICES } from "../shared/index.ts";

const PATH_SAYS: Readonly<Record<string, string>> = {
  retransmissions: "TCP segments sent again",
  out_of_order: "TCP segments that came after younger ones, sent",
  duplicate_acks: "TCP acknowledgements repeated while data were under way",
  zero_windows: "TCP windows closed",
};

/** The innermost tunnel around a flow. */
const TUNNEL_FIELDS: readonly Field[] = [
  field("tunnel", "enum", "Kind of the innermost tunnel around the flow.", {
    optional: true,
    values: TUNNEL_NAMES,
    ours: true,
  }),
  field("tunnel_id", "count", "VNI, TEID, key or session of that tunnel.", {
    optional: true,
    width: "u32",
    ours: true,
  }),
  field("outer_orig_h", "addr", "Address of that tunnel's end at the originator's side.", {
    optional: true,
    ours: true,
  }),
  field("outer_resp_h", "addr", "Address of that tunnel's end at the responder's side.", {
    optional: true,
    ours: true,
  }),
];

/** What lies in the capture under the flow, whether the log's own counts hold it or not. */
const FRAME_FIELDS: readonly Field[] = [
  field("orig_frames", "count", "Frames from the originator, wrong checksums and fragments too.", {
    width: "u32",
    ours: true,
  }),
  field("resp_frames", "count", "Frames from the responder, likewise.", {
    width: "u32",
    ours: true,
  }),
  field("orig_frame_bytes", "count", "Bytes of those frames on the wire, link headers included.", {
    ours: true,
  }),
  field("resp_frame_bytes", "count", "Bytes of those frames on the wire, link headers included.", {
    ours: true,
  }),
  field("orig_payload_bytes", "count", "Transport payload on the wire; sent again counts again.", {
    ours: true,
  }),
  field("resp_payload_bytes", "count", "Transport payload on the wire; sent again counts again.", {
    ours: true,
  }),
  field(
    "orig_duplicates",
    "count",
    "Packets of the originator that a mirror port captured twice.",
    {
      width: "u32",
      ours: true,
    },
  ),
  field("resp_duplicates", "count", "Packets of the responder that a mirror port captured twice.", {
    width: "u32",
    ours: true,
  }),
  field("last_ts", "time", "When the last frame of the flow was captured.", { ours: true }),
];

/** Numbers that tell the network's part in a delay from the two ends' parts. */
const PATH_FIELDS: readonly Field[] = [
  field("syn_rtt", "interval", "From the SYN to its answer: the way to the responder and back.", {
    optional: true,
    ours: true,
  }),
  field("ack_rtt", "interval", "From that answer to its ACK: the way to the originator and back.", {
    optional: true,
    ours: true,
  }),
  field(
    "response_time",
    "interval",
    "From the originator's last byte to the first of the answer.",
    {
      optional: true,
      ours: true,
    },
  ),
  ...["retransmissions", "out_of_order", "duplicate_acks", "zero_windows"].flatMap((name) =>
    ["orig", "resp"].map((side) =>
      field(
        `${side}_${name}`,
        "count",
        `${PATH_SAYS[name]} by the ${side === "orig" ? "originator" : "responder"}.`,
        {
          optional: true,
          width: "u32",
          ours: true,
        },
      ),
    ),
  ),
];

/** Zeek's conn log, one row a flow, then what only we know. */
export const connSchema: LogSchema = {
  name: "conn",
  shown: true,
  says: "One row for each flow: who talked to whom, when, how much, and how it ended.",
  brief: [
    "ts",
    "uid",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "service",
    "duration",
    "orig_bytes",
    "resp_bytes",
    "conn_state",
    "history",
  ],
  fields: [
    field("ts", "time", "When the first packet of the flow was captured."),
    field("uid", "uid", "The flow's id; every other event of the flow carries it too."),
    field("id.orig_h", "addr", "Address of the originator, the side that began."),
    field("id.orig_p", "port", "Port of the originator; for ICMP the message type."),
    field("id.resp_h", "addr", "Address of the responder."),
    field(
      "id.resp_p",
      "port",
      "Port of the responder; for ICMP the code or the type of the answer.",
    ),
    field("proto", "enum", "Transport protocol.", { values: TRANSPORTS }),
    field("service", "enumSet", "Application protocols that were recognised in the flow.", {
      optional: true,
      values: SERVICES,
    }),
    field("duration", "interval", "Time from the first packet to the last.", { optional: true }),
    field(
      "orig_bytes",
      "count",
      "Payload bytes the originator sent; for TCP by sequence numbers.",
      {
        optional: true,
      },
    ),
    field("resp_bytes", "count", "Payload bytes the responder sent; for TCP by sequence numbers.", {
      optional: true,
    }),
    field("conn_state", "enum", "How the connection came about and ended, such as SF or S0.", {
      values: CONN_STATES,
    }),
    field("local_orig", "bool", "Whether the originator is in a local network."),
    field("local_resp", "bool", "Whether the responder is in a local network."),
    field("missed_bytes", "count", "Bytes that were acknowledged but never captured."),
    field("history", "dict", "What happened, letter by letter; capitals are the originator's.", {
      optional: true,
    }),
    field("orig_pkts", "count", "Packets the originator sent."),
    field("orig_ip_bytes", "count", "Bytes the originator sent, IP headers included."),
    field("resp_pkts", "count", "Packets the responder sent."),
    field("resp_ip_bytes", "count", "Bytes the responder sent, IP headers included."),
    field(
      "tunnel_parents",
      "dict",
      "Ids of the flows that carried this one, if it lies in a tunnel.",
      {
        optional: true,
      },
    ),
    field("ip_proto", "count", "Number of the IP protocol.", { width: "u8" }),
    field("orig_l2_addr", "dict", "Link address of the originator in the first packet.", {
      optional: true,
      ours: true,
    }),
    field("resp_l2_addr", "dict", "Link address of the responder in the first packet.", {
      optional: true,
      ours: true,
    }),
    field("vlan", "count", "VLAN id of the first packet, the outer one if there are two.", {
      optional: true,
      width: "u16",
      ours: true,
    }),
    field("inner_vlan", "count", "Inner VLAN id of the first packet.", {
      optional: true,
      width: "u16",
      ours: true,
    }),
    field(
      "community_id",
      "communityId",
      "Hash of the flow's addresses that other tools print too.",
      {
        ours: true,
      },
    ),
    field("flow", "count", "Number of the flow in its capture, in order of first packets.", {
      width: "u32",
      ours: true,
    }),
    field(
      "bursts",
      "count",
      "How often the originator spoke up after a second or more of silence.",
      {
        width: "u32",
        ours: true,
      },
    ),
    ...TUNNEL_FIELDS,
    ...FRAME_FIELDS,
    ...PATH_FIELDS,
  ],
};

/** When the originator spoke inside long connections: what finds beacons that stay connected. */
export const burstsSchema: LogSchema = {
  name: "bursts",
  shown: false,
  says: "Times of the originator's bursts inside one flow, for flows with two or more.",
  fields: [
    field("ts", "time", "When the flow began."),
    field("uid", "uid", "The flow's id."),
    field("flow", "count", "Number of the flow in its capture.", { width: "u32" }),
    field("count", "count", "Number of bursts.", { width: "u32" }),
    field(
      "first",
      "bytes",
      "Starts of the first bursts, i64 nanoseconds since 1970, little-endian.",
    ),
    field("last", "bytes", "Starts of the last bursts, likewise."),
    field("gaps", "bytes", "u32 counts of times between starts by powers of two of a millisecond."),
  ],
};
