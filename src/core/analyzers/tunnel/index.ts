export { TunnelAnalyzer } from "./tunnel-analyzer.ts";
