import type { Field, LogSchema } from "../../events/index.ts";

const field = (name: string, kind: Field["kind"], more: Partial<Field> = {}): Field => ({
  name,
  kind,
  optional: false,
  says: name,
  ...more,
});

const identity = [
  field("ts", "time"),
  field("uid", "uid"),
  field("id.orig_h", "addr"),
  field("id.orig_p", "port"),
  field("id.resp_h", "addr"),
  field("id.resp_p", "port"),
];

/** Small logs of the shapes that the real ones have. */
export const queryLogs: readonly LogSchema[] = [
  {
    name: "conn",
    shown: true,
    says: "flows",
    fields: [
      ...identity,
      field("proto", "enum", { values: ["tcp", "udp", "icmp", "unknown_transport"] }),
      field("service", "enumSet", { optional: true, values: ["dns", "http", "ssl"] }),
      field("duration", "interval", { optional: true }),
      field("orig_bytes", "count", { optional: true }),
      field("orig_pkts", "count", { width: "u32" }),
      field("conn_state", "enum", { values: ["S0", "S1", "SF", "REJ"] }),
      field("history", "dict", { optional: true }),
      field("local_orig", "bool", { optional: true }),
      field("vlan", "count", { width: "u16", optional: true }),
      field("inner_vlan", "count", { width: "u16", optional: true }),
      field("community_id", "communityId"),
    ],
  },
  {
    name: "dns",
    shown: true,
    says: "queries",
    fields: [...identity, field("query", "text", { optional: true }), field("rcode", "count")],
  },
  { name: "pe", shown: true, says: "files", fields: [field("ts", "time"), field("machine", "text"), field("entropy", "decimal")] },
];
