export { createHandlers } from "./handlers.ts";
export { createHome, type HomeOptions, isHome, WholeHome } from "./home.ts";
export type { Admission, People } from "./people/index.ts";
export { dropUnknown, missingSegments, reindex } from "./rebuild.ts";
