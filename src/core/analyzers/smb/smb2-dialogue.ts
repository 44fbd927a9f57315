import type { Side } from "../shared/index.ts";
import type { SmbContext } from "./smb-context.ts";
import { dispositionName, shareTypeName, smb2CommandName } from "./smb-names.ts";
import { ACTION, actionOn } from "./smb-rows.ts";
import { createCommand, createFile, createTree, isFileTime } from "./smb-state.ts";
import { negotiateRequest, negotiateResponse } from "./smb2-negotiate.ts";
import {
  isErrorAnswer,
  SMB2,
  SMB2_HEADER_BYTES,
  type Smb2Header,
  Smb2Reader,
  STATUS,
} from "./smb2-reader.ts";

/** Pipes that are known by name where the share was not seen to be one of pipes. */
const PIPE_NAMES: ReadonlySet<string> = new Set([
  "spoolss",
  "winreg",
  "samr",
  "srvsvc",
  "netdfs",
  "lsarpc",
  "wkssvc",
  "MsFteWds",
]);
const FSCTL_PIPE_TRANSCEIVE = 0x0011_c017;
const DELETE_ON_CLOSE = 0x1000;
const INFO_FILE = 1;
/** Classes of file information (MS-FSCC 2.4). */
const FILE_INFO = { basic: 4, rename: 10, disposition: 13 } as const;

/** What a request says that its answer needs. */
interface Asked {
  readonly treeId: number;
  fileId: string | undefined;
  offset: number;
}

/** SMB 2 and 3 on one connection. */
export class Smb2Dialogue {
  readonly #context: SmbContext;
  readonly #asked = new Map<number, Asked>();

  constructor(context: SmbContext) {
    this.#context = context;
  }

  /** A message: one command, or several that are chained (MS-SMB2 3.3.5.2.7). */
  chain(side: Side, bytes: Uint8Array, position: number): void {
    const { compounds } = this.#context.shared.limits;
    let at = 0;
    for (let n = 0; bytes.length - at >= SMB2_HEADER_BYTES; n++) {
      if (n >= compounds.maximum) {
        compounds.reached++;
        return;
      }
      const isSmb2 = bytes[at] === 0xfe && bytes[at + 1] === 0x53;
      if (!isSmb2) return;
      const next = readNext(bytes, at);
      const end = next === 0 ? bytes.length : Math.min(bytes.length, at + next);
      const reader = new Smb2Reader(bytes.subarray(at, end), position + at);
      const header = reader.header();
      if (side === 0) this.#request(header, reader);
      else this.#response(header, reader);
      if (next < SMB2_HEADER_BYTES) return;
      at += next;
    }
  }

  #request(header: Smb2Header, reader: Smb2Reader): void {
    const asked = this.#ask(header);
    this.#begin(header);
    switch (header.command) {
      case SMB2.negotiate:
        negotiateRequest(reader, this.#context);
        break;
      case SMB2.sessionSetup:
        this.#token(0, reader, { at: reader.u16(76), length: reader.u16(78) });
        break;
      case SMB2.treeConnect:
        this.#treeConnect(reader);
        break;
      case SMB2.treeDisconnect:
        this.#treeDisconnect(header);
        break;
      case SMB2.create:
        this.#create(header, reader);
        break;
      case SMB2.close:
        if (reader.has(88)) this.#close(reader.fileId(72));
        break;
      case SMB2.read:
        if (reader.has(96)) this.#read(asked, reader);
        break;
      case SMB2.write:
        if (reader.has(96)) this.#write(header, reader);
        break;
      case SMB2.ioctl:
        if (reader.has(120)) this.#ioctl(asked, reader);
        break;
      case SMB2.setInfo:
        if (reader.has(96)) this.#setInfo(reader);
        break;
    }
  }

  #response(header: Smb2Header, reader: Smb2Reader): void {
    const { state, rows, shared, conversation } = this.#context;
    const asked = this.#asked.get(header.messageId);
    if (header.status !== STATUS.pending) this.#asked.delete(header.messageId);
    this.#begin(header);
    const { command } = state;
    command.rtt = conversation.now - command.startTime;
    command.status = shared.statuses.of(header.status);
    command.statusCode = header.status;
    command.messageId = header.messageId;
    command.sessionId = header.sessionId;
    command.treeId = header.treeId;
    if (header.status !== STATUS.pending) {
      rows.command(command);
      state.pending.delete(header.messageId);
    }
    if (header.command === SMB2.sessionSetup) this.#sessionAnswer(header, command.status);
    if (isErrorAnswer(header)) return;
    switch (header.command) {
      case SMB2.negotiate:
        negotiateResponse(reader, this.#context);
        this.#token(1, reader, { at: reader.u16(120), length: reader.u16(122) });
        break;
      case SMB2.sessionSetup:
        this.#token(1, reader, { at: reader.u16(68), length: reader.u16(70) });
        if (header.status === STATUS.success) {
          this.#context.facts.isGuest = (reader.u16(66) & 1) !== 0;
        }
        break;
      case SMB2.treeConnect:
        this.#treeConnected(header, reader);
        break;
      case SMB2.create:
        if (reader.has(144)) this.#created(header, reader);
        break;
      case SMB2.read:
        this.#readAnswer(asked, reader);
        break;
      case SMB2.ioctl:
        this.#ioctlAnswer(asked, reader);
        break;
    }
  }

  /** Notes a request until it is answered. */
  #ask(header: Smb2Header): Asked {
    const { state, conversation, shared } = this.#context;
    const { pendingMessages } = shared.limits;
    if (this.#asked.size >= pendingMessages.maximum) {
      pendingMessages.reached++;
      const sizes = `fid_map=${state.files.size} tid_map=${state.trees.size}`;
      const addl = `state=tree ${sizes} pending_cmds=${state.pending.size} pipe_map=0`;
      conversation.weird("SMB_discarded_messages_state", addl);
      this.#asked.clear();
      state.files.clear();
      state.pending.clear();
    }
    const asked: Asked = { treeId: header.treeId, fileId: undefined, offset: 0 };
    this.#asked.set(header.messageId, asked);
    return asked;
  }

  /** Makes the command, its file and its tree those that are at hand. */
  #begin(header: Smb2Header): void {
    const { state, conversation, shared } = this.#context;
    const { now } = conversation;
    let command = state.pending.get(header.messageId);
    if (command === undefined) {
      command = createCommand(now, "SMB2", smb2CommandName(header.command), createFile(now));
      if (state.pending.size < shared.limits.pendingMessages.maximum) {
        state.pending.set(header.messageId, command);
      }
    }
    state.command = command;
    if (header.treeId > 0) {
      const known = command.referencedTree ?? state.trees.get(header.treeId) ?? createTree(now);
      state.setTree(header.treeId, known, shared.limits.trees);
      command.referencedTree = known;
    } else command.referencedTree = createTree(now);
    state.file = command.file;
    state.tree = command.referencedTree;
  }

  #token(side: Side, reader: Smb2Reader, { at, length }: { at: number; length: number }): void {
    const token = length === 0 ? undefined : reader.slice(at, length);
    if (token !== undefined) this.#context.security.token(side, token, reader.position + at);
  }

  #sessionAnswer({ status }: Smb2Header, name: string): void {
    if (status === STATUS.moreProcessing || status === STATUS.pending) return;
    this.#context.security.answer(name);
  }

  #treeConnect(reader: Smb2Reader): void {
    const [at, length] = [reader.u16(68), reader.u16(70)];
    const path = reader.text(at, length);
    if (path === undefined) return;
    const { state, conversation } = this.#context;
    state.tree!.path = path;
    conversation.trace?.mark("smb_mapping", "path", 0, reader.position + at, length);
  }

  #treeConnected(header: Smb2Header, reader: Smb2Reader): void {
    const { state, rows } = this.#context;
    const type = reader.u8(66);
    const shareType = shareTypeName(type);
    state.tree!.shareType = shareType;
    if (shareType === "PIPE") this.#addPipeTree(header.treeId);
    rows.tree(state.tree!, state.command.status);
  }

  #addPipeTree(id: number): void {
    const { state, shared } = this.#context;
    if (state.pipeTrees.size < shared.limits.trees.maximum) state.pipeTrees.add(id);
    else shared.limits.trees.reached++;
  }

  #treeDisconnect({ treeId }: Smb2Header): void {
    const { state } = this.#context;
    state.pipeTrees.delete(treeId);
    if (!state.trees.delete(treeId)) return;
    state.tree = undefined;
    state.command.referencedTree = undefined;
  }

  #create(header: Smb2Header, reader: Smb2Reader): void {
    const { state, conversation } = this.#context;
    const [at, length] = [reader.u16(108), reader.u16(110)];
    const name = reader.text(at, length);
    if (name === undefined || !reader.has(120)) return;
    if (!state.pipeTrees.has(header.treeId) && PIPE_NAMES.has(name)) {
      this.#addPipeTree(header.treeId);
      state.tree!.path = "<unknown>";
      state.tree!.shareType = "PIPE";
    }
    state.file.name = name === "" ? "<share_root>" : name;
    state.command.createOptions = reader.u32(104);
    state.command.disposition = dispositionName(reader.u32(100));
    this.#context.facts.addFileName(name, this.#context.shared.limits.fileNames);
    state.file.action = actionOn(state.tree!.shareType, ACTION.open);
    conversation.trace?.mark("smb_files", "name", 0, reader.position + at, length);
  }

  #created(header: Smb2Header, reader: Smb2Reader): void {
    const { state, rows, shared } = this.#context;
    const id = reader.fileId(128);
    state.takeFile(id, shared.limits.openFiles);
    const { file } = state;
    file.size = reader.u64(112);
    if (state.tree?.path !== undefined) file.path = state.tree.path;
    const modified = reader.big(88);
    if (isFileTime(modified)) {
      const [created, accessed, changed] = [reader.big(72), reader.big(80), reader.big(96)];
      file.times = { modified, accessed, created, changed };
    }
    rows.file(file);
    if (header.status === STATUS.success && (state.command.createOptions & DELETE_ON_CLOSE) !== 0) {
      this.#delete(id);
    }
  }

  #delete(id: string): void {
    const { state, rows, shared } = this.#context;
    state.takeFile(id, shared.limits.openFiles);
    state.file.action = ACTION.delete;
    rows.file(state.file);
  }

  #close(id: string): void {
    const { state, rows, transfers, pipes, shared } = this.#context;
    state.takeFile(id, shared.limits.openFiles);
    const { file } = state;
    file.action = actionOn(state.tree?.shareType, ACTION.close);
    if (state.tree?.path !== undefined) file.path = state.tree.path;
    state.files.delete(id);
    rows.file(file);
    transfers.close(file);
    pipes.close(id);
  }

  #read(asked: Asked, reader: Smb2Reader): void {
    const { state, rows, shared } = this.#context;
    const id = reader.fileId(80);
    asked.fileId = id;
    asked.offset = reader.u64(72);
    state.takeFile(id, shared.limits.openFiles);
    state.file.action = actionOn(state.tree?.shareType, ACTION.read);
    rows.file(state.file);
  }

  #readAnswer(asked: Asked | undefined, reader: Smb2Reader): void {
    const [at, length] = [reader.u8(66), reader.u32(68)];
    const bytes = length === 0 ? undefined : reader.slice(at, length);
    if (bytes === undefined || asked === undefined) return;
    const { state, transfers } = this.#context;
    if (state.pipeTrees.has(asked.treeId)) {
      this.#toPipe(asked.fileId ?? "", { side: 1, position: reader.position + at }, bytes);
    } else transfers.data(state.file, 1, bytes, asked.offset);
  }

  #write(header: Smb2Header, reader: Smb2Reader): void {
    const { state, rows, transfers, shared } = this.#context;
    const [at, length] = [reader.u16(66), reader.u32(68)];
    const id = reader.fileId(80);
    state.takeFile(id, shared.limits.openFiles);
    state.file.action = actionOn(state.tree?.shareType, ACTION.write);
    rows.file(state.file);
    const bytes = length === 0 ? undefined : reader.slice(at, length);
    if (bytes === undefined) return;
    if (state.pipeTrees.has(header.treeId)) {
      this.#toPipe(id, { side: 0, position: reader.position + at }, bytes);
      return;
    }
    transfers.seeWrite(state.file, state.tree);
    transfers.data(state.file, 0, bytes, reader.u64(72));
  }

  #ioctl(asked: Asked, reader: Smb2Reader): void {
    asked.fileId = reader.fileId(72);
    if (reader.u32(68) !== FSCTL_PIPE_TRANSCEIVE) return;
    const [at, length] = [reader.u32(88), reader.u32(92)];
    const bytes = reader.slice(at, length);
    if (bytes === undefined) return;
    this.#toPipe(asked.fileId, { side: 0, position: reader.position + at }, bytes);
  }

  #ioctlAnswer(asked: Asked | undefined, reader: Smb2Reader): void {
    if (asked?.fileId === undefined || reader.u32(68) !== FSCTL_PIPE_TRANSCEIVE) return;
    const [at, length] = [reader.u32(96), reader.u32(100)];
    const bytes = reader.slice(at, length);
    if (bytes === undefined) return;
    this.#toPipe(asked.fileId, { side: 1, position: reader.position + at }, bytes);
  }

  #toPipe(id: string, from: { side: Side; position: number }, bytes: Uint8Array): void {
    const { state, pipes } = this.#context;
    pipes.data(id, state.files.get(id)?.name, from, bytes);
  }

  #setInfo(reader: Smb2Reader): void {
    if (reader.u8(66) !== INFO_FILE) return;
    const { state, rows, conversation, shared } = this.#context;
    const at = reader.u16(72);
    const id = reader.fileId(80);
    switch (reader.u8(67)) {
      case FILE_INFO.basic:
        if (!reader.has(at + 36)) return;
        state.takeFile(id, shared.limits.openFiles);
        state.file.action = ACTION.setAttribute;
        rows.file(state.file);
        break;
      case FILE_INFO.rename: {
        const name = reader.text(at + 20, reader.u32(at + 16));
        if (name === undefined) return;
        state.takeFile(id, shared.limits.openFiles);
        const { file } = state;
        if (file.name !== undefined) file.previousName = file.name;
        file.name = name;
        file.action = ACTION.rename;
        const place = reader.position + at + 20;
        conversation.trace?.mark("smb_files", "name", 0, place, reader.u32(at + 16));
        rows.file(file);
        break;
      }
      case FILE_INFO.disposition:
        if (!reader.has(at + 1)) return;
        if (reader.u8(at) > 0) this.#delete(id);
        else {
          // Zeek writes what was done before once more.
          state.takeFile(id, shared.limits.openFiles);
          rows.file(state.file);
        }
        break;
    }
  }
}

function readNext(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 24).getUint32(20, true);
}
