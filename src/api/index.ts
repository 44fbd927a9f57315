export { BURST_BINS } from "./burst-schemas.ts";
export type { BytesAnswer, CallContext, Handlers } from "./handlers.ts";
export type { InputOf, Operation, OutputOf, ParsedInputOf } from "./operation.ts";
export { type OperationName, type Operations, operations } from "./operations.ts";
export { EXIT_CODES, exitCodeOf, statusOf } from "./status-codes.ts";
