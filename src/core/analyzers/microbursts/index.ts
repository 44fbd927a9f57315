export { timeAtLeast } from "./filling-steps.ts";
export { MicroburstsAnalyzer } from "./microbursts-analyzer.ts";
export {
  BURST_BIN_NANOSECONDS,
  burstFillingsSchema,
  microburstsSchema,
} from "./microbursts-events.ts";
