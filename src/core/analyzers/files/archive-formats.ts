import {
  type ArchiveFormat,
  type ArchiveMember,
  type ArchiveWalk,
  memberName,
  type Step,
} from "./archive-reader.ts";

const STOP: Step = { kind: "stop" };

/** The format of files of a MIME type; undefined for what is no archive. */
export function archiveFormat(mimeType: string): ArchiveFormat | undefined {
  if (mimeType === "application/x-gzip") return "gzip";
  if (mimeType === "application/x-tar") return "tar";
  const isZip =
    mimeType === "application/zip" ||
    mimeType === "application/java-archive" ||
    mimeType === "application/epub+zip" ||
    mimeType === "application/vnd.google-earth.kmz" ||
    mimeType.startsWith("application/vnd.openxmlformats-officedocument") ||
    mimeType.startsWith("application/vnd.oasis.opendocument.");
  return isZip ? "zip" : undefined;
}

export function walkOf(format: ArchiveFormat): ArchiveWalk {
  switch (format) {
    case "zip":
      return new ZipWalk();
    case "tar":
      return new TarWalk();
    case "gzip":
      return new GzipWalk();
  }
}

const ZIP_METHODS: ReadonlyMap<number, string> = new Map([
  [0, "stored"],
  [8, "deflate"],
  [9, "deflate64"],
  [12, "bzip2"],
  [14, "lzma"],
  [93, "zstd"],
  [95, "xz"],
  [99, "aes"],
]);

/** Local headers in their order, then the directory, which knows the sizes (APPNOTE 4.3). */
class ZipWalk implements ArchiveWalk {
  readonly members: ArchiveMember[] = [];
  readonly first: Step = { kind: "header", length: 30 };
  #listed = 0;
  #isInDirectory = false;

  header(bytes: Uint8Array): Step {
    if (bytes.length === 0)
      return this.#isInDirectory ? { kind: "header", length: 46 } : this.first;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    switch (view.getUint32(0, true)) {
      case 0x04034b50:
        return this.#local(bytes, view);
      case 0x02014b50:
        return this.#directory(bytes, view);
      default:
        return STOP;
    }
  }

  finish(): void {}

  #local(bytes: Uint8Array, view: DataView): Step {
    const nameBytes = view.getUint16(26, true);
    if (bytes.length < 30 + nameBytes) return { kind: "header", length: 30 + nameBytes };
    const flags = view.getUint16(6, true);
    const hasSizes = (flags & 8) === 0;
    const method = view.getUint16(8, true);
    const compressedSize = view.getUint32(18, true);
    this.members.push({
      name: memberName(bytes.subarray(30, 30 + nameBytes)),
      size: hasSizes ? view.getUint32(22, true) : undefined,
      compressedSize: hasSizes ? compressedSize : undefined,
      method: ZIP_METHODS.get(method) ?? `method-${method}`,
      isEncrypted: (flags & 1) !== 0,
    });
    if (!hasSizes && compressedSize === 0) return { kind: "search" };
    return skip(view.getUint16(28, true) + compressedSize, this.first);
  }

  #directory(bytes: Uint8Array, view: DataView): Step {
    if (bytes.length < 46) return { kind: "header", length: 46 };
    this.#isInDirectory = true;
    const member = this.members[this.#listed++];
    if (member !== undefined) {
      member.compressedSize ??= view.getUint32(20, true);
      member.size ??= view.getUint32(24, true);
    }
    const rest = view.getUint16(28, true) + view.getUint16(30, true) + view.getUint16(32, true);
    return skip(rest, { kind: "header", length: 46 });
  }
}

function skip(length: number, next: Step): Step {
  return length > 0 ? { kind: "skip", length } : next;
}

/** Blocks of 512 bytes: a header, then the member filled up to whole blocks (POSIX ustar). */
class TarWalk implements ArchiveWalk {
  readonly members: ArchiveMember[] = [];
  readonly first: Step = { kind: "header", length: 512 };

  header(bytes: Uint8Array): Step {
    if (bytes.length === 0) return this.first;
    const nameEnd = bytes.subarray(0, 100).indexOf(0);
    const length = nameEnd < 0 ? 100 : nameEnd;
    if (length === 0) return STOP;
    const size = octal(bytes.subarray(124, 136));
    if (size === undefined) return STOP;
    this.members.push({
      name: memberName(bytes.subarray(0, length)),
      size,
      compressedSize: size,
      method: "stored",
      isEncrypted: false,
    });
    return skip(Math.ceil(size / 512) * 512, this.first);
  }

  finish(): void {}
}

function octal(bytes: Uint8Array): number | undefined {
  let value = 0;
  for (const byte of bytes) {
    if (byte === 0 || byte === 32) continue;
    if (byte < 48 || byte > 55) return undefined;
    value = value * 8 + byte - 48;
  }
  return value;
}

const GZIP_EXTRA = 4;
const GZIP_NAME = 8;
/** Header with name that is looked at; what does not end within is left without a name. */
const GZIP_HEADER_BYTES = 1024;

/** One member; its name in the header, its size in the last four bytes (RFC 1952). */
class GzipWalk implements ArchiveWalk {
  readonly members: ArchiveMember[] = [];
  readonly first: Step = { kind: "header", length: 10 };

  header(bytes: Uint8Array): Step {
    if (bytes.length < 10) return STOP;
    const flags = bytes[3]!;
    let at = 10;
    if ((flags & GZIP_EXTRA) !== 0) {
      if (bytes.length < 12) return { kind: "header", length: 12 };
      at = 12 + bytes[10]! + bytes[11]! * 256;
    }
    if ((flags & GZIP_NAME) === 0) return this.#add(undefined);
    const end = bytes.indexOf(0, at);
    if (end >= at) return this.#add(memberName(bytes.subarray(at, end)));
    const length = Math.max(at, bytes.length) + 1;
    return length > at + GZIP_HEADER_BYTES ? this.#add(undefined) : { kind: "header", length };
  }

  finish(lastBytes: Uint8Array): void {
    const member = this.members[0];
    if (member === undefined) return;
    const view = new DataView(lastBytes.buffer, lastBytes.byteOffset, 4);
    member.size = view.getUint32(0, true);
  }

  #add(name: string | undefined): Step {
    this.members.push({
      name,
      size: undefined,
      compressedSize: undefined,
      method: "deflate",
      isEncrypted: false,
    });
    return STOP;
  }
}
