import type {
  AnalyzerServices,
  Conversation,
  FileAnalysis,
  FileFeed,
  FileStart,
} from "../shared/index.ts";
import { Fuids } from "./fuids.ts";

/** Follows the files of a capture. */
export class FileTracker implements FileAnalysis {
  readonly #fuids = new Fuids();

  constructor(_services: Pick<AnalyzerServices, "log" | "createDigest">) {}

  open(conversation: Conversation, start: FileStart): FileFeed {
    let { filename } = start;
    return {
      fuid: this.#fuids.next(conversation),
      mimeType: start.mimeType,
      get filename() {
        return filename;
      },
      data() {},
      gap() {},
      rename(name) {
        filename = name;
      },
      expect() {},
      end() {},
    };
  }
}
