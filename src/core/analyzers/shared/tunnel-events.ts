import { field, type LogSchema } from "../../events/index.ts";
import { TUNNEL } from "../../packet/index.ts";

/** Zeek's names of tunnel types, by `TUNNEL` number, then those of proxies; ERSPAN is GRE to it. */
export const TUNNEL_TYPES: readonly string[] = [
  ...Object.entries(TUNNEL)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => `Tunnel::${typeName(name)}`),
  "Tunnel::HTTP",
  "Tunnel::SOCKS",
];

function typeName(name: string): string {
  if (name === "erspan") return "GRE";
  return name === "gtpu" ? "GTPv1" : name.toUpperCase();
}

/** What `action` says, by number. */
export const TUNNEL_ACTIONS = ["Tunnel::DISCOVER", "Tunnel::CLOSE", "Tunnel::EXPIRE"] as const;

/** Zeek's tunnel log: flows, and address pairs of IP tunnels, that carry other flows. */
export const tunnelSchema: LogSchema = {
  name: "tunnel",
  shown: true,
  says: "Flows and address pairs that were found to carry other flows, and when they ended.",
  brief: ["ts", "uid", "id.orig_h", "id.resp_h", "id.resp_p", "tunnel_type", "action"],
  fields: [
    field("ts", "time", "When it was found or ended."),
    field("uid", "uid", "The id that inner flows name as parent; proxies have none.", {
      optional: true,
    }),
    field("id.orig_h", "addr", "One end of the tunnel."),
    field("id.orig_p", "port", "Its port, 0 for IP tunnels."),
    field("id.resp_h", "addr", "The other end."),
    field("id.resp_p", "port", "Its port, 0 for IP tunnels."),
    field("tunnel_type", "enum", "What kind of tunnel.", { values: TUNNEL_TYPES }),
    field("action", "enum", "Whether it was found or ended.", { values: TUNNEL_ACTIONS }),
  ],
};
