export { QueryError } from "./ask.ts";
export { createHandlers } from "./handlers.ts";
export { createHome, Home, type HomeOptions, isHome, pathsOf } from "./home.ts";
export { dropUnknown, missingSegments, reindex } from "./rebuild.ts";
