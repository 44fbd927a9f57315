import type { LogSchema } from "../../events/index.ts";
import { TUNNEL } from "../../packet/index.ts";

/** Zeek's names of tunnel types, by `TUNNEL` number; ERSPAN is GRE to it. */
export const TUNNEL_TYPES: readonly string[] = Object.entries(TUNNEL)
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => `Tunnel::${typeName(name)}`);

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
  fields: [
    { name: "ts", kind: "time", optional: false, says: "When it was found or ended." },
    { name: "uid", kind: "uid", optional: false, says: "The id that inner flows name as parent." },
    { name: "id.orig_h", kind: "addr", optional: false, says: "One end of the tunnel." },
    { name: "id.orig_p", kind: "port", optional: false, says: "Its port, 0 for IP tunnels." },
    { name: "id.resp_h", kind: "addr", optional: false, says: "The other end." },
    { name: "id.resp_p", kind: "port", optional: false, says: "Its port, 0 for IP tunnels." },
    {
      name: "tunnel_type",
      kind: "enum",
      optional: false,
      values: TUNNEL_TYPES,
      says: "What kind of tunnel.",
    },
    {
      name: "action",
      kind: "enum",
      optional: false,
      values: TUNNEL_ACTIONS,
      says: "Whether it was found or ended.",
    },
  ],
};
