export { LocatorAnalyzer } from "./locator-analyzer.ts";
export { locatorSchema, residueSchema } from "./locator-events.ts";
