import type { Protocol } from "../shared/index.ts";
import { RadiusAnalyzer } from "./radius-analyzer.ts";
import { radiusSchema } from "./radius-events.ts";

/** RADIUS (RFC 2865). */
export const radius: Protocol = {
  name: "radius",
  logs: [radiusSchema],
  udpPorts: [1812],
  start: ({ log }) => {
    const rows = log(radiusSchema);
    return { open: (conversation) => new RadiusAnalyzer(conversation, rows) };
  },
};
