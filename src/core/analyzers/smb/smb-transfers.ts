import {
  type AnalyzerServices,
  addressText,
  type Conversation,
  type Side,
} from "../shared/index.ts";
import type { SmbRows } from "./smb-rows.ts";
import type { SmbFile, SmbTree } from "./smb-state.ts";

/** Shares that only administrators may use: the whole of a disk, or the system's folder. */
const ADMIN_SHARE = /\\(ADMIN|[A-Z])\$$/i;
/** Endings of what can be run or loaded. */
const PROGRAM = /\.(exe|dll|sys|scr|com|bat|cmd|ps1|vbs|js|hta|msi|cpl|xll|ocx|lnk)$/i;

/** The bytes of files that one connection reads and writes. */
export class SmbTransfers {
  readonly #conversation: Conversation;
  readonly #files: AnalyzerServices["files"];
  readonly #rows: SmbRows;

  constructor(conversation: Conversation, files: AnalyzerServices["files"], rows: SmbRows) {
    this.#conversation = conversation;
    this.#files = files;
    this.#rows = rows;
  }

  /** Bytes of a file at a place in it. */
  data(file: SmbFile, side: Side, bytes: Uint8Array, offset: number): void {
    if (file.name === undefined && file.path === undefined) return;
    const handle = this.#handleOf(file);
    if (file.feed === undefined || file.handle !== handle) {
      const totalBytes = file.size > 0 ? { totalBytes: file.size } : {};
      const filename = file.name === undefined ? {} : { filename: file.name };
      const start = { source: "SMB", side, handle, ...totalBytes, ...filename };
      file.feed = this.#files.open(this.#conversation, start);
      file.handle = handle;
      if (file.feed.isFirstHere !== false) {
        file.fuid = file.feed.fuid;
        this.#rows.file(file);
      }
    }
    file.feed.data(bytes, offset);
  }

  /** The file is closed. */
  close(file: SmbFile): void {
    file.feed?.end();
    file.feed = undefined;
  }

  /** Tells that a file is written to a share for administrators, once for each. */
  seeWrite(file: SmbFile, tree: SmbTree | undefined): void {
    const share = tree?.path;
    if (file.isWriteTold || share === undefined || file.name === undefined) return;
    file.isWriteTold = true;
    if (!ADMIN_SHARE.test(share)) return;
    const { originator, responder, account } = this.#conversation;
    const what = PROGRAM.test(file.name) ? "the program" : "the file";
    const message = `${addressText(originator)} writes ${what} ${file.name} to ${share}`;
    const by = account === undefined ? "" : `, logged on as ${account}`;
    this.#conversation.notice(
      "Lateral::Admin_Share_File_Written",
      `${message} of ${addressText(responder)}${by}`,
      `${share}\\${file.name}`,
    );
  }

  #handleOf(file: SmbFile): string {
    const { originator, responder } = this.#conversation;
    const modified = file.times?.modified ?? 0;
    return ["SMB", originator.join(), responder.join(), file.path, file.name, modified].join(" ");
  }
}
