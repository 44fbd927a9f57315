export { FileTracker } from "./file-tracker.ts";
