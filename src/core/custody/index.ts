export { decodeBase64, encodeBase64 } from "../base/index.ts";
export { type Checkpoint, encodeCheckpoint, parseCheckpoint } from "./checkpoint.ts";
export { ENTRY_BYTES_MAX, encodeEntry, parseEntry } from "./entry.ts";
export type {
  Actor,
  AttachmentSeal,
  Balance,
  CaseOpen,
  CustodyEntry,
  EntryBody,
  EntryEnvelope,
  HomeCreate,
  ImportAbandon,
  ImportEnd,
  ImportStart,
  KeyAccept,
  KnownEntryBody,
  ReadMetadata,
  ReadPackets,
  SealedFacts,
  SegmentDestroy,
  SegmentSeal,
} from "./entry-types.ts";
export {
  equalBytes,
  type HashAt,
  leafHash,
  type NodeSink,
  nodeHash,
  proveConsistency,
  proveInclusion,
  TreeFrontier,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";
export {
  createNoteKey,
  formatVkey,
  type Note,
  type NoteKey,
  type NoteSignature,
  type NoteSigner,
  parseNote,
  parseVkey,
  signNote,
  toHex,
  verifyNote,
} from "./note.ts";
export {
  encodeEntryBundle,
  encodeHashTile,
  parseEntryBundle,
  parseHashTile,
  TILE_WIDTH,
  tileLevels,
  tilePath,
  tileWidth,
} from "./tiles.ts";
