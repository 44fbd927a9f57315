export { ConnAnalyzer } from "./conn-analyzer.ts";
export { burstsSchema, connSchema } from "./conn-events.ts";
export { explainConnField, type FieldChange } from "./explain-conn.ts";
export { LocalNetworks, PRIVATE_NETWORKS } from "./local-networks.ts";
