import type { EngineOptions } from "../../core/engine/index.ts";
import { analysisPorts } from "../../platform/index.ts";
import type { Home } from "./home.ts";

/** How packets are analysed again: with this home's settings, and the secrets of the read if there are any. */
export function replayOptions(
  home: Home,
  captureId: string,
  keys?: { readonly keyLog: string } | undefined,
): EngineOptions {
  return {
    captureId,
    ...home.analysis,
    ...analysisPorts,
    ...(keys !== undefined && { keyLog: keys.keyLog }),
  };
}
