export { durationText, sizeText } from "./amounts.ts";
export { decodeBase64, encodeBase64 } from "./base64.ts";
export { ByteReader, type ReadTrace } from "./byte-reader.ts";
export type { AeadName, CbcName, Ciphers, HmacName, SealedBytes } from "./ciphers.ts";
export type { CreateDigest, Digests, RunningDigest, VerifyEd25519 } from "./digests.ts";
export { endText } from "./end-text.ts";
export { assert, HoldfastError } from "./error.ts";
export {
  type CaptureId,
  type CaseId,
  type FlowUid,
  formatUid,
  isCaseId,
  isSegmentId,
  parseUid,
  type SegmentId,
} from "./ids.ts";
export { joinBytes } from "./join-bytes.ts";
export { createLimit, type Limit } from "./limits.ts";
export { incomplete, malformed, ok, type Parsed } from "./parsed.ts";
export type { Unpack, WholeCoding } from "./unpack.ts";
