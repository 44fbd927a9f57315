export { Engine, type EngineCounters, type EngineOptions } from "./engine.ts";
