export type { FileSink } from "./file-sink.ts";
export { FileTracker } from "./file-tracker.ts";
export { archiveMembersSchema, fileReadingsSchema, filesSchema, peSchema } from "./files-events.ts";
