import type { CreateDigest, Limit } from "../../base/index.ts";
import type {
  AnalyzerServices,
  Conversation,
  FileAnalysis,
  FileFeed,
  FileStart,
  LogWriter,
} from "../shared/index.ts";
import { archiveFormat, walkOf } from "./archive-formats.ts";
import { type ArchiveFormat, type ArchiveMember, ArchiveReader } from "./archive-reader.ts";
import { type FileReader, HeadReader } from "./file-readers.ts";
import { digestTexts, writeReading } from "./file-readings.ts";
import type { FileSink } from "./file-sink.ts";
import { archiveMembersSchema, fileReadingsSchema, filesSchema, peSchema } from "./files-events.ts";
import { nameFile } from "./fuids.ts";
import { HEAD_BYTES } from "./magic.ts";
import { PE_HEAD_BYTES, writePe } from "./pe-reader.ts";
import { type FileDigests, type FileKeeper, TrackedFile } from "./tracked-file.ts";
import { UnpackingFeed } from "./unpacking-feed.ts";
import { type UnpackLimits, ZipBudget } from "./zip-budget.ts";
import { ZipContents } from "./zip-contents.ts";

export interface FileTrackerServices
  extends Pick<AnalyzerServices, "log" | "limit">,
    Partial<Pick<AnalyzerServices, "createDigest" | "unpack">> {
  /** True for addresses of one's own networks. */
  readonly isLocal?: (address: Int32Array) => boolean;
  readonly onFile?: FileSink | undefined;
}

/** Files that several flows may add to (ranges, SMB), live at once. */
const SHARED_FILES_MAX = 10_000;
const MEMBERS_MAX = 1024;
/** Bounds of what is unpacked of an archive; Zeek's Spicy::max_file_depth for the depth. */
const UNPACKED_MEMBERS_MAX = 1024;
const UNPACKED_BYTES_MAX = 256 << 20;
/** Bytes of a file that is packed as a whole (br, zstd), and of what it unpacks to. */
const PACKED_BYTES_MAX = 8 << 20;
const WHOLE_BYTES_MAX = 64 << 20;
const UNPACKED_DEPTH_MAX = 5;
const UNPACKED_RATIO_MAX = 250;

/** Follows the files of a capture: types, digests, the logs of files and of what lies in them. */
export class FileTracker implements FileAnalysis, FileKeeper {
  readonly headBytes: number;
  readonly onBytes: ((fuid: string, bytes: Uint8Array) => void) | undefined;
  readonly #services: FileTrackerServices;
  readonly #shared = new Map<string, TrackedFile>();
  readonly #names = new Map<TrackedFile, string>();
  readonly #open = new Set<TrackedFile>();
  readonly #sharedLimit: Limit;
  readonly #memberLimit: Limit;
  readonly #packedLimit: Limit;
  readonly #unpackedLimit: Limit;
  readonly #unpackLimits: UnpackLimits;

  constructor(services: FileTrackerServices) {
    this.#services = services;
    const { onFile } = services;
    this.onBytes = onFile && ((fuid, bytes) => onFile.bytes(fuid, bytes));
    this.headBytes = services.limit("files.headBytes", HEAD_BYTES).maximum;
    this.#sharedLimit = services.limit("files.shared", SHARED_FILES_MAX);
    this.#memberLimit = services.limit("files.archiveMembers", MEMBERS_MAX);
    this.#packedLimit = services.limit("files.packedBytes", PACKED_BYTES_MAX);
    this.#unpackedLimit = services.limit("files.wholeBytes", WHOLE_BYTES_MAX);
    this.#unpackLimits = {
      members: services.limit("files.unpackedMembers", UNPACKED_MEMBERS_MAX),
      bytes: services.limit("files.unpackedBytes", UNPACKED_BYTES_MAX),
      depth: services.limit("files.unpackedDepth", UNPACKED_DEPTH_MAX),
      ratio: services.limit("files.unpackedRatio", UNPACKED_RATIO_MAX),
    };
  }

  open(conversation: Conversation, start: FileStart): FileFeed {
    const known = start.handle === undefined ? undefined : this.#live(start.handle, conversation);
    const file = known ?? this.#begin(conversation, start);
    const isFirstHere = file.seenOver(conversation);
    if (known !== undefined && isFirstHere) {
      file.onType = start.onType;
      if (start.filename !== undefined) file.filename = start.filename;
    }
    if (start.totalBytes !== undefined && known !== undefined) file.expect(start.totalBytes);
    const feed = new Feed(file, { tracker: this, conversation, isFirstHere });
    return start.coding === undefined ? feed : this.#unpacking(feed, conversation, start);
  }

  #unpacking(packed: FileFeed, conversation: Conversation, start: FileStart): FileFeed {
    const { unpack } = this.#services;
    const { coding, source, side, origin, filename } = start;
    if (unpack === undefined || coding === undefined || start.handle !== undefined) return packed;
    const reading = { source, side, origin, ...(filename === undefined ? {} : { filename }) };
    return new UnpackingFeed(packed, {
      coding,
      unpack,
      packedLimit: this.#packedLimit,
      unpackedLimit: this.#unpackedLimit,
      open: () => this.open(conversation, { ...reading, reading: "unpacked" }),
    });
  }

  /** The file, or one of the same id that begins now if it stood still too long. */
  awake(file: TrackedFile, conversation: Conversation): TrackedFile {
    if (file.isOver || !file.isStale(conversation.now)) return file;
    file.hasTimedOut = true;
    file.end();
    const next = new TrackedFile(file.fuid, file.start, { now: conversation.now, keeper: this });
    next.seenOver(conversation);
    this.#open.add(next);
    if (file.start.handle !== undefined) this.#share(file.start.handle, next);
    return next;
  }

  /** The capture is over: what is still open stood still to its end. */
  end(): void {
    for (const file of [...this.#open]) {
      file.hasTimedOut = true;
      file.end();
    }
  }

  createDigests({ reading }: FileStart): FileDigests | undefined {
    const create: CreateDigest | undefined = this.#services.createDigest;
    if (create === undefined) return undefined;
    const names =
      reading === undefined ? (["md5", "sha1", "sha256"] as const) : (["sha256"] as const);
    return new Map(names.map((name) => [name, create(name)]));
  }

  readersFor(file: TrackedFile, mimeType: string): FileReader[] {
    // What lies inside is told of the file itself, once.
    if (file.start.reading !== undefined) return [];
    if (mimeType === "application/x-dosexec") {
      const log = this.#services.log(peSchema);
      return [new HeadReader(PE_HEAD_BYTES, (head) => writePe(log, file, head))];
    }
    const format = archiveFormat(mimeType);
    if (format === undefined) return [];
    const write = (members: readonly ArchiveMember[]): void =>
      this.#writeMembers(file, format, members);
    const lister = new ArchiveReader(walkOf(format), this.#memberLimit, write);
    const contents = mimeType === "application/zip" ? this.#unpack(file) : undefined;
    return contents === undefined ? [lister] : [lister, contents];
  }

  /** Members of plain zip archives are files of their own, as with Zeek. */
  #unpack(file: TrackedFile): FileReader | undefined {
    const conversation = file.conversations[0];
    if (conversation === undefined) return undefined;
    const isOutermost = file.budget === undefined;
    const budget =
      file.budget ??
      new ZipBudget(this.#unpackLimits, (limit) =>
        conversation.weird("archive_unpack_limit", limit),
      );
    const depth = (file.start.depth ?? 0) + 1;
    if (!budget.allowsDepth(isOutermost ? 1 : file.nesting + 1)) return undefined;
    const open = (filename: string | undefined, totalBytes: number | undefined) => {
      const { side } = file.start;
      const member = this.#begin(
        conversation,
        {
          source: "ZIP",
          side,
          depth,
          parent: file.fuid,
          ...(filename === undefined ? {} : { filename }),
          ...(totalBytes === undefined ? {} : { totalBytes }),
        },
        file.lastTime,
      );
      for (const over of file.conversations) member.seenOver(over);
      member.budget = budget;
      member.nesting = file.nesting + 1;
      return {
        data: (bytes: Uint8Array) => member.data(bytes, undefined, file.lastTime),
        gap: (length: number) => member.gap(length, file.lastTime),
        end: () => member.end(),
      };
    };
    return new ZipContents(open, { budget, isOutermost });
  }

  finished(file: TrackedFile): void {
    this.#open.delete(file);
    const name = this.#names.get(file);
    if (name !== undefined) {
      this.#names.delete(file);
      this.#shared.delete(name);
    }
    const { isComplete, mimeType } = file;
    this.#services.onFile?.end(file.fuid, { isComplete, mimeType });
    this.#write(file);
  }

  #begin(conversation: Conversation, start: FileStart, now = conversation.now): TrackedFile {
    const fuid = nameFile(conversation, conversation.nextFile());
    const file = new TrackedFile(fuid, start, { now, keeper: this });
    this.#open.add(file);
    if (start.handle !== undefined) this.#share(start.handle, file);
    this.#services.onFile?.begin(fuid, start);
    return file;
  }

  #live(handle: string, { now }: Conversation): TrackedFile | undefined {
    const file = this.#shared.get(handle);
    if (file === undefined || !file.isStale(now)) return file;
    file.hasTimedOut = true;
    file.end();
    return undefined;
  }

  #share(handle: string, file: TrackedFile): void {
    if (this.#shared.size >= this.#sharedLimit.maximum) {
      this.#sharedLimit.reached++;
      const oldest = this.#shared.values().next().value!;
      oldest.hasTimedOut = true;
      oldest.end();
    }
    this.#shared.set(handle, file);
    this.#names.set(file, handle);
  }

  #write(file: TrackedFile): void {
    if (file.start.reading !== undefined) {
      if (file.seenBytes > 0) writeReading(this.#services.log(fileReadingsSchema), file);
      return;
    }
    const log = this.#services.log(filesSchema);
    const { start } = file;
    const digests = digestTexts(file);
    for (const conversation of file.conversations) {
      const sender = start.side === 0 ? conversation.originator : conversation.responder;
      log
        .row(file.startTime, conversation)
        .text("fuid", file.fuid)
        .text("source", start.source)
        .count("depth", start.depth ?? 0)
        .list("analyzers", file.mimeType === "application/x-dosexec" ? ["PE"] : [])
        .text("mime_type", file.mimeType)
        .text("filename", file.filename)
        .text("origin", start.origin)
        .interval("duration", file.lastTime - file.startTime)
        .bool("local_orig", this.#services.isLocal?.(sender) ?? false)
        .bool("is_orig", start.side === 0)
        .count("seen_bytes", file.seenBytes)
        .count("total_bytes", file.totalBytes)
        .count("missing_bytes", file.missingBytes)
        .count("overflow_bytes", file.overflowBytes)
        .bool("timedout", file.hasTimedOut)
        .text("parent_fuid", start.parent)
        .text("md5", digests.md5)
        .text("sha1", digests.sha1)
        .text("sha256", digests.sha256)
        .bool("is_complete", file.isComplete);
    }
  }

  #writeMembers(file: TrackedFile, format: ArchiveFormat, members: readonly ArchiveMember[]): void {
    const conversation = file.conversations[0];
    if (conversation === undefined) return;
    const log: LogWriter = this.#services.log(archiveMembersSchema);
    for (const member of members) {
      log
        .row(file.startTime, conversation)
        .text("fuid", file.fuid)
        .text("format", format)
        .text("member", member.name)
        .count("size", member.size)
        .count("compressed_size", member.compressedSize)
        .text("method", member.method)
        .bool("encrypted", member.isEncrypted);
    }
  }
}

/** One protocol's way to add to a file. */
class Feed implements FileFeed {
  readonly isFirstHere: boolean;
  readonly #tracker: FileTracker;
  readonly #conversation: Conversation;
  #file: TrackedFile;

  constructor(
    file: TrackedFile,
    about: { tracker: FileTracker; conversation: Conversation; isFirstHere: boolean },
  ) {
    this.#file = file;
    this.#tracker = about.tracker;
    this.#conversation = about.conversation;
    this.isFirstHere = about.isFirstHere;
  }

  get fuid(): string {
    return this.#file.fuid;
  }

  get mimeType(): string | undefined {
    return this.#file.mimeType;
  }

  get filename(): string | undefined {
    return this.#file.filename;
  }

  data(bytes: Uint8Array, offset?: number): void {
    this.#awake().data(bytes, offset, this.#conversation.now);
  }

  gap(length: number): void {
    this.#awake().gap(length, this.#conversation.now);
  }

  rename(filename: string): void {
    this.#file.filename = filename;
  }

  expect(totalBytes: number): void {
    this.#file.expect(totalBytes);
  }

  end(): void {
    this.#file.end();
  }

  #awake(): TrackedFile {
    this.#file = this.#tracker.awake(this.#file, this.#conversation);
    return this.#file;
  }
}
