import type { DissectSession } from "@goodtools/wiregasm";
import type { Calls, CarriedObject, Followed, Request } from "./contract.ts";
import { linesOf } from "./frame-lines.ts";
import { bytesOfBase64, type Library, type ObjectsTap, taken } from "./library.ts";

/** Rows that one answer holds at most. */
export const ROWS_MAX = 1_000;
const COMPLETED_MAX = 40;
/** What a page shows of a followed stream. */
export const FOLLOWED_BYTES_MAX = 2 << 20;
const FOLLOWED_PARTS_MAX = 20_000;
const OBJECTS_MAX = 2_000;
/** Protocols that this Wireshark takes objects out of. */
const OBJECT_TAPS = ["http", "smb", "imf", "tftp", "ftp-data", "dicom"];
const FILE = "capture.pcapng";

/** One open capture in Wireshark: what the contract's calls answer. */
export class Dissection {
  readonly #library: Library;
  #session: DissectSession | undefined;

  constructor(library: Library) {
    this.#library = library;
  }

  /** Answers one call. What it throws broke the program: it cannot be used any more. */
  answer({ name, input }: Request): unknown {
    switch (name) {
      case "start":
        throw new Error("Wireshark is started already");
      case "load":
        return this.load(input as Calls["load"]["input"]);
      case "frames":
        return this.frames(input as Calls["frames"]["input"]);
      case "frame":
        return this.frame(input as Calls["frame"]["input"]);
      case "check":
        return this.check(input as Calls["check"]["input"]);
      case "complete":
        return this.complete(input as Calls["complete"]["input"]);
      case "follow":
        return this.follow(input as Calls["follow"]["input"]);
      case "objects":
        return this.objects();
      case "object":
        return this.object(input as Calls["object"]["input"]);
    }
  }

  load({ capture }: Calls["load"]["input"]): Calls["load"]["output"] {
    this.#session?.delete();
    const path = `${this.#library.getUploadDirectory()}/${FILE}`;
    this.#library.FS.writeFile(path, capture);
    this.#session = new this.#library.DissectSession(path);
    const { code, error, summary } = this.#session.load();
    if (code !== 0) throw new Error(`Wireshark cannot read the packets: ${error}`);
    const [, ...columns] = taken(this.#library.getColumns());
    return { packets: summary.packet_count, columns };
  }

  frames({ filter, skip, limit }: Calls["frames"]["input"]): Calls["frames"]["output"] {
    const answer = this.#open().getFrames(filter, skip, Math.min(limit, ROWS_MAX));
    const rows = taken(answer.frames).map(({ number, columns, bg, fg }) => ({
      number,
      columns: taken(columns).slice(1),
      background: bg,
      foreground: fg,
    }));
    return { rows, matched: answer.matched };
  }

  frame({ number }: Calls["frame"]["input"]): Calls["frame"]["output"] {
    const { tree, data_sources: sources, follow, comments } = this.#open().getFrame(number);
    taken(comments);
    const { lines, leftOut } = linesOf(tree);
    return {
      lines,
      linesLeftOut: leftOut,
      sources: taken(sources).map(({ name, data }) => ({ name, bytes: bytesOfBase64(data) })),
      follow: taken(follow).map((pair) => {
        const [protocol = "", filter = ""] = taken(pair);
        return { protocol, filter };
      }),
    };
  }

  check({ filter }: Calls["check"]["input"]): Calls["check"]["output"] {
    const { ok, error } = this.#library.checkFilter(filter);
    return { fault: ok ? "" : error || "this is no display filter" };
  }

  complete({ word }: Calls["complete"]["input"]): Calls["complete"]["output"] {
    const all = taken(this.#library.completeFilter(word).fields);
    // Short names first: a protocol before its thousand fields.
    all.sort((a, b) => a.field.length - b.field.length || (a.field < b.field ? -1 : 1));
    const fields = all
      .slice(0, COMPLETED_MAX)
      .map(({ field, name }) => ({ name: field, says: name }));
    return { fields };
  }

  follow({ protocol, filter }: Calls["follow"]["input"]): Followed {
    const found = this.#open().follow(protocol, filter);
    const parts: Followed["parts"][number][] = [];
    let bytes = 0;
    const payloads = taken(found.payloads);
    for (const { number, server, data } of payloads) {
      if (bytes >= FOLLOWED_BYTES_MAX || parts.length >= FOLLOWED_PARTS_MAX) break;
      const part = bytesOfBase64(data).subarray(0, FOLLOWED_BYTES_MAX - bytes);
      parts.push({ number, isServer: server !== 0, bytes: part });
      bytes += part.length;
    }
    return {
      client: { host: found.chost, port: found.cport },
      server: { host: found.shost, port: found.sport },
      ...bytesOfSides(parts),
      parts,
      isCut: parts.length < payloads.length || bytes >= FOLLOWED_BYTES_MAX,
    };
  }

  objects(): Calls["objects"]["output"] {
    const session = this.#open();
    const objects: CarriedObject[] = [];
    for (const tap of OBJECT_TAPS) {
      const asked = new this.#library.MapInput();
      asked.set("tap0", `eo:${tap}`);
      const { taps } = session.tap(asked);
      asked.delete();
      for (const found of taken(taps) as ObjectsTap[]) {
        for (const one of taken(found.objects, OBJECTS_MAX)) {
          objects.push({
            token: one._download,
            protocol: found.proto,
            packet: one.pkt,
            host: one.hostname,
            name: one.filename,
            mediaType: one.type,
            bytes: one.len,
          });
        }
        found.delete();
      }
    }
    return { objects: objects.slice(0, OBJECTS_MAX), isCut: objects.length > OBJECTS_MAX };
  }

  object({ token }: Calls["object"]["input"]): Calls["object"]["output"] {
    const { error, download } = this.#open().download(token);
    if (error !== "") throw new Error(`Wireshark does not give the object: ${error}`);
    return { bytes: bytesOfBase64(download.data) };
  }

  #open(): DissectSession {
    if (this.#session === undefined) throw new Error("assertion failed: a capture is open");
    return this.#session;
  }
}

function bytesOfSides(parts: Followed["parts"]): { clientBytes: number; serverBytes: number } {
  let [clientBytes, serverBytes] = [0, 0];
  for (const { isServer, bytes } of parts) {
    if (isServer) serverBytes += bytes.length;
    else clientBytes += bytes.length;
  }
  return { clientBytes, serverBytes };
}
