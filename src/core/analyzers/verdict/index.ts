export type { ConnectionVerdict } from "./connection-verdict.ts";
export { ConnectionWatch } from "./connection-watch.ts";
export { judgeConnection } from "./judge-connection.ts";
export type { ConnectionFacts, PacketPlace, VerdictSide } from "./verdict-facts.ts";
