export { createHandlers } from "./handlers.ts";
export { createHome, Home, type HomeOptions, isHome } from "./home.ts";
export { pathsOf } from "./home-paths.ts";
export { dropUnknown, missingSegments, reindex } from "./rebuild.ts";
