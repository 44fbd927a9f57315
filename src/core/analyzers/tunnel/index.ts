export { TunnelAnalyzer } from "./tunnel-analyzer.ts";
export { tunnelSchema } from "./tunnel-events.ts";
