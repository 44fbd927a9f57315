import type { Limit } from "../../base/index.ts";
import type { FileFeed, LogWriter } from "../shared/index.ts";
import type { StatusNames } from "./smb-names.ts";

/** The four times of a file as they are sent: 100 ns since 1601 (MS-DTYP 2.3.3). */
export interface FileTimes {
  readonly modified: bigint;
  readonly accessed: bigint;
  readonly created: bigint;
  readonly changed: bigint;
}

/** What is known of a file, a folder or a pipe that is used. */
export interface SmbFile {
  readonly startTime: number;
  fuid: string | undefined;
  action: number | undefined;
  path: string | undefined;
  name: string | undefined;
  size: number;
  previousName: string | undefined;
  times: FileTimes | undefined;
  /** Takes its bytes, under the handle that it was opened by. */
  feed: FileFeed | undefined;
  handle: string | undefined;
  /** That it was written to a share for administrators is told. */
  isWriteTold: boolean;
}

/** A share that a client is connected to. */
export interface SmbTree {
  readonly startTime: number;
  path: string | undefined;
  service: string | undefined;
  nativeFileSystem: string | undefined;
  shareType: string;
}

/** A command that waits for its answer. */
export interface SmbCommand {
  readonly startTime: number;
  readonly version: "SMB1" | "SMB2";
  readonly command: string;
  subCommand: string | undefined;
  argument: string | undefined;
  status: string | undefined;
  rtt: number | undefined;
  tree: string | undefined;
  treeService: string | undefined;
  file: SmbFile;
  referencedTree: SmbTree | undefined;
  createOptions: number;
  /** Numbers that are ours to tell. */
  messageId: number | undefined;
  sessionId: number | undefined;
  treeId: number | undefined;
  statusCode: number | undefined;
  disposition: string | undefined;
}

/** What all flows of SMB share. */
export interface SmbShared {
  readonly mapping: LogWriter;
  readonly files: LogWriter;
  readonly commands: LogWriter;
  readonly connections: LogWriter;
  readonly statuses: StatusNames;
  readonly limits: SmbLimits;
  /** Bytes of long messages that are held for all flows together. */
  held: number;
}

export interface SmbLimits {
  readonly messageBytes: Limit;
  readonly heldBytes: Limit;
  readonly pendingMessages: Limit;
  readonly openFiles: Limit;
  readonly trees: Limit;
  readonly pipes: Limit;
  readonly recentFiles: Limit;
  readonly commandRows: Limit;
  readonly andxDepth: Limit;
  readonly compounds: Limit;
  readonly fileNames: Limit;
}

/** What both versions keep of one connection: Zeek's state of the same name. */
export class SmbState {
  command: SmbCommand;
  file: SmbFile;
  tree: SmbTree | undefined;
  readonly pending = new Map<number, SmbCommand>();
  readonly files = new Map<string, SmbFile>();
  readonly trees = new Map<number, SmbTree>();
  /** Trees of pipes, by id. */
  readonly pipeTrees = new Set<number>();

  constructor(now: number) {
    this.file = createFile(now);
    this.command = createCommand(now, "SMB2", "", this.file);
  }

  /** A share is known by this number from now on; the oldest goes when there are too many. */
  setTree(id: number, tree: SmbTree, limit: Limit): void {
    if (this.trees.size >= limit.maximum && !this.trees.has(id)) {
      limit.reached++;
      this.trees.delete(this.trees.keys().next().value!);
    }
    this.trees.set(id, tree);
  }

  /** Uses the file of an id, which is the command's own where the id is new. */
  takeFile(id: string, limit: Limit): void {
    let file = this.files.get(id);
    if (file === undefined) {
      file = this.command.file;
      if (this.files.size >= limit.maximum) {
        limit.reached++;
        this.files.delete(this.files.keys().next().value!);
      }
      this.files.set(id, file);
    }
    this.command.file = file;
    this.file = file;
  }
}

export function createFile(now: number): SmbFile {
  return {
    startTime: now,
    fuid: undefined,
    action: undefined,
    path: undefined,
    name: undefined,
    size: 0,
    previousName: undefined,
    times: undefined,
    feed: undefined,
    handle: undefined,
    isWriteTold: false,
  };
}

export function createTree(now: number): SmbTree {
  return {
    startTime: now,
    path: undefined,
    service: undefined,
    nativeFileSystem: undefined,
    shareType: "DISK",
  };
}

export function createCommand(
  now: number,
  version: "SMB1" | "SMB2",
  command: string,
  file: SmbFile,
): SmbCommand {
  return {
    startTime: now,
    version,
    command,
    subCommand: undefined,
    argument: undefined,
    status: undefined,
    rtt: undefined,
    tree: undefined,
    treeService: undefined,
    file,
    referencedTree: undefined,
    createOptions: 0,
    messageId: undefined,
    sessionId: undefined,
    treeId: undefined,
    statusCode: undefined,
    disposition: undefined,
  };
}

/** 1970 in the count of MS-DTYP 2.3.3. */
const EPOCH_TICKS = 116_444_736_000_000_000n;

/** True for a time after 1970, which pipes do not have. */
export function isFileTime(ticks: bigint): boolean {
  return ticks > EPOCH_TICKS;
}

/** Seconds and nanoseconds since 1970. */
export function fileTime(ticks: bigint): { seconds: number; nanoseconds: number } {
  const since = BigInt.asIntN(64, ticks) - EPOCH_TICKS;
  let seconds = since / 10_000_000n;
  let rest = since % 10_000_000n;
  if (rest < 0n) {
    seconds -= 1n;
    rest += 10_000_000n;
  }
  return { seconds: Number(seconds), nanoseconds: Number(rest) * 100 };
}
