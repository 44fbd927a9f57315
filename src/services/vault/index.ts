export { decryptAgeFile } from "./age/age-file.ts";
export { type AgeHeader, parseHeader, type Stanza } from "./age/header.ts";
export { type AgeIdentity, createScryptIdentity, createX25519Identity } from "./age/recipients.ts";
export type { VaultErrorCode } from "./error-codes.ts";
export { FrameCache } from "./frame-cache.ts";
export {
  readSealedFile,
  type SealedFileFacts,
  type SealedFileOptions,
  SealedFileWriter,
  writeSealedFile,
} from "./sealed-file.ts";
export { SealingWorkers } from "./sealing-workers.ts";
export type { OpenSegmentOptions } from "./segment-body.ts";
export { openSegment, type ReadRange, SegmentReader } from "./segment-reader.ts";
export {
  createSegmentWriter,
  type SealedSegment,
  SegmentWriter,
  type SegmentWriterOptions,
} from "./segment-writer.ts";
export {
  attachmentPath,
  createVault,
  type ListedSegment,
  listVault,
  publishAttachment,
  publishSegment,
  removeStaged,
  type SegmentPart,
  type SegmentPaths,
  segmentPaths,
  stagedAttachmentPath,
  stagingDir,
  type VaultListing,
} from "./vault-files.ts";
export {
  type SegmentFault,
  type SegmentVerdict,
  type VerifySegmentOptions,
  verifySegment,
} from "./verify-segment.ts";
export { FRAME_BYTES } from "./zstd-frames.ts";
