export { analysisPorts } from "./analysis-ports.ts";
export { nodeCiphers } from "./ciphers.ts";
export { type Clock, formatTimestamp, monotonicSeconds, sleep, systemClock } from "./clock.ts";
export {
  type Descriptor,
  type OpenFile,
  openDescriptor,
  openForReading,
  readStandardInput,
  writeAll,
} from "./descriptor.ts";
export { createDigest, nodeDigests, RunningSha256, sha256Hex } from "./digests.ts";
export {
  createDirectory,
  removeTemporaries,
  renameDurably,
  syncDirectory,
  writeFileDurably,
} from "./durable.ts";
export { createEd25519Seed, createNoteSigner, ed25519PublicKey, verifyEd25519 } from "./ed25519.ts";
export { type StorageReason, systemCode, toStorageError } from "./errors.ts";
export {
  type FileFacts,
  listDirectory,
  openRandomAccess,
  openReadStream,
  openWriteStream,
  type RandomAccessFile,
  readFileBytes,
  readFileIfPresent,
  readFileSync,
  removeTree,
  restrictToOwner,
  SequentialFile,
  statFile,
} from "./files.ts";
export { HomeLock } from "./home-lock.ts";
export { pathsOf } from "./home-paths.ts";
export { createKeys, type HomeKeys, loadKeys } from "./keys.ts";
export { freeBytes, processPrivileges } from "./machine.ts";
export { hashPassword, isPassword } from "./password-hash.ts";
export { createCaptureId, createSegmentId, randomBytes, randomHex } from "./random.ts";
export { readSecret, type SecretPlace } from "./secret.ts";
export {
  type ChildExit,
  type SpawnChildOptions,
  type SpawnedChild,
  type StdioEntry,
  spawnChild,
} from "./spawn.ts";
export { unpack } from "./unpack.ts";
