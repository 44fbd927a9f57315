export { describeApi } from "./openapi.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
