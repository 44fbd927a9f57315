import type { LogSchema } from "../events/index.ts";
import { captureLossSchema } from "./capture-loss/index.ts";
import { burstsSchema, connSchema } from "./conn/index.ts";
import { locatorSchema, residueSchema } from "./locator/index.ts";
import { burstFillingsSchema, microburstsSchema } from "./microbursts/index.ts";
import { tunnelSchema } from "./tunnel/index.ts";
import { weirdSchema } from "./weird/index.ts";

export { CaptureLossAnalyzer } from "./capture-loss/index.ts";
export {
  burstsSchema,
  ConnAnalyzer,
  connSchema,
  explainConnField,
  type FieldChange,
  LocalNetworks,
  PRIVATE_NETWORKS,
} from "./conn/index.ts";
export { LocatorAnalyzer } from "./locator/index.ts";
export {
  BURST_BIN_NANOSECONDS,
  burstFillingsSchema,
  MicroburstsAnalyzer,
  microburstsSchema,
  timeAtLeast,
} from "./microbursts/index.ts";
export { TunnelAnalyzer } from "./tunnel/index.ts";
export {
  type ConnectionFacts,
  type ConnectionVerdict,
  ConnectionWatch,
  judgeConnection,
  type VerdictSide,
} from "./verdict/index.ts";
export { WeirdAnalyzer } from "./weird/index.ts";

/** Every log there is: the list from which tables, queries, the API and pages are made. */
export const logSchemas: readonly LogSchema[] = [
  connSchema,
  tunnelSchema,
  weirdSchema,
  captureLossSchema,
  microburstsSchema,
  burstFillingsSchema,
  burstsSchema,
  locatorSchema,
  residueSchema,
];

/** The same by name. */
export const schemasByName: ReadonlyMap<string, LogSchema> = new Map(
  logSchemas.map((schema) => [schema.name, schema]),
);
