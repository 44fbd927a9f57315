export type {
  HeadFacts,
  RecordedCapture,
  RecordedSegment,
  RecorderJob,
  RecorderProgress,
} from "./job.ts";
export { type RecorderInput, type RecorderListener, runRecorder } from "./recorder.ts";
