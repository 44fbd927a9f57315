import type { Side } from "../shared/index.ts";
import type { SmbContext } from "./smb-context.ts";
import {
  dispositionName,
  smb1CommandName,
  transaction2Name,
  transactionName,
} from "./smb-names.ts";
import { ACTION } from "./smb-rows.ts";
import { createCommand, createFile, createTree, isFileTime } from "./smb-state.ts";
import { Smb1Exploits } from "./smb1-exploits.ts";
import {
  readTransactionRequest,
  readTransactionResponse,
  SMB1,
  SMB1_HEADER_BYTES,
  type Smb1Header,
  Smb1Reader,
} from "./smb1-reader.ts";
import {
  dialectsOffered,
  negotiateAnswer,
  sessionSetupRequest,
  sessionSetupResponse,
} from "./smb1-setup.ts";

/** Commands that another may follow in the same message (MS-CIFS 2.2.3.4). */
const ANDX: ReadonlySet<number> = new Set([
  SMB1.lockingAndx,
  SMB1.readAndx,
  SMB1.writeAndx,
  SMB1.sessionSetupAndx,
  SMB1.logoffAndx,
  SMB1.treeConnectAndx,
  SMB1.ntCreateAndx,
]);
const NO_COMMAND = 0xff;
/** A message without words and bytes: an answer that is nothing but its status. */
const EMPTY_BYTES = 35;
const MORE_PROCESSING = 0xc000_0016;
/** Rows of these commands are only written for errors, as Zeek does. */
const UNWRITTEN: ReadonlySet<number> = new Set([
  SMB1.negotiate,
  SMB1.readAndx,
  SMB1.sessionSetupAndx,
  SMB1.treeConnectAndx,
]);

/** What a request says that its answer needs. */
interface Asked {
  readonly fileId: string;
  readonly offset: number;
  readonly isPipe: boolean;
}

/** SMB 1 on one connection. */
export class Smb1Dialogue {
  readonly #context: SmbContext;
  readonly #exploits: Smb1Exploits;
  readonly #asked = new Map<number, Asked>();
  #hasToldDepth = false;

  constructor(context: SmbContext) {
    this.#context = context;
    this.#exploits = new Smb1Exploits(context.conversation);
  }

  message(side: Side, bytes: Uint8Array, position: number): void {
    if (bytes.length < SMB1_HEADER_BYTES) return;
    const reader = new Smb1Reader(bytes, position);
    const header = reader.header();
    this.#begin(side, header, bytes.length === EMPTY_BYTES);
    if (side === 1) this.#exploits.answer(header, reader.u8(SMB1_HEADER_BYTES) > 0);
    if (bytes.length === EMPTY_BYTES && header.status !== 0) return;
    this.#commands(side, header, reader);
  }

  /** Reads a command and those that follow it in the chain. */
  #commands(side: Side, header: Smb1Header, reader: Smb1Reader): void {
    let { command } = header;
    let at = SMB1_HEADER_BYTES;
    const { andxDepth } = this.#context.shared.limits;
    for (let depth = 0; ; depth++) {
      if (side === 0) this.#request(command, at, header, reader);
      else this.#response(command, at, header, reader);
      const hasNext = ANDX.has(command) && reader.u8(at) >= 2;
      const next = hasNext ? reader.u8(at + 1) : NO_COMMAND;
      if (next === NO_COMMAND) return;
      const nextAt = reader.u16(at + 3);
      if (nextAt <= at) {
        this.#pastChain("smb_andx_offset_not_advancing");
        return;
      }
      if (depth >= andxDepth.maximum) {
        andxDepth.reached++;
        this.#pastChain("smb_andx_depth_exceeded");
        if (depth > andxDepth.maximum) return;
      }
      if (!reader.has(nextAt + 1)) return;
      command = next;
      at = nextAt;
    }
  }

  #pastChain(weird: string): void {
    if (this.#hasToldDepth) return;
    this.#hasToldDepth = true;
    this.#context.conversation.weird(weird);
    this.#context.conversation.pastLimit();
  }

  /** Makes the command and its tree those that are at hand. */
  #begin(side: Side, header: Smb1Header, isEmpty: boolean): void {
    const { state, conversation, rows, shared } = this.#context;
    const { now } = conversation;
    let tree = state.trees.get(header.treeId);
    if (tree === undefined) {
      tree = createTree(now);
      state.setTree(header.treeId, tree, shared.limits.trees);
    }
    state.tree = tree;
    if (tree.path !== undefined) state.command.tree = tree.path;
    if (tree.service !== undefined) state.command.treeService = tree.service;
    let command = state.pending.get(header.messageId);
    if (command === undefined) {
      command = createCommand(now, "SMB1", smb1CommandName(header.command), createFile(now));
      command.referencedTree = tree;
      if (state.pending.size < shared.limits.pendingMessages.maximum) {
        state.pending.set(header.messageId, command);
      }
    }
    state.command = command;
    if (side === 0) return;
    command.rtt = now - command.startTime;
    command.status = shared.statuses.of(header.status);
    command.statusCode = header.status;
    command.messageId = header.messageId;
    command.sessionId = header.userId;
    command.treeId = header.treeId;
    const isError = isEmpty && header.status !== 0;
    if (isError || !UNWRITTEN.has(header.command)) rows.command(command);
    state.pending.delete(header.messageId);
    if (header.command === SMB1.sessionSetupAndx && header.status !== MORE_PROCESSING) {
      this.#context.security.answer(command.status);
    }
  }

  #request(command: number, at: number, header: Smb1Header, reader: Smb1Reader): void {
    switch (command) {
      case SMB1.negotiate:
        this.#context.facts.clientDialects = dialectsOffered(reader, at);
        break;
      case SMB1.sessionSetupAndx:
        sessionSetupRequest(reader, at, header, this.#context);
        break;
      case SMB1.treeConnectAndx:
        this.#treeConnect(at, header, reader);
        break;
      case SMB1.ntCreateAndx:
        this.#create(at, header, reader);
        break;
      case SMB1.openAndx:
        this.#addName(reader.text(at + 3 + 2 * reader.u8(at), header.isUnicode).text);
        break;
      case SMB1.open:
      case SMB1.delete:
        // A byte in front says that a text follows (MS-CIFS 2.2.4.3, 2.2.4.7).
        this.#addName(reader.text(at + 4 + 2 * reader.u8(at), header.isUnicode).text);
        break;
      case SMB1.readAndx:
        this.#read(at, header, reader);
        break;
      case SMB1.writeAndx:
        this.#write(at, header, reader);
        break;
      case SMB1.close:
        this.#close(`s${reader.u16(at + 1)}`);
        break;
      case SMB1.transaction:
      case SMB1.transaction2:
      case SMB1.ntTransact:
        this.#transact(command, at, header, reader);
        break;
      case SMB1.transactionSecondary:
      case SMB1.transaction2Secondary:
      case SMB1.ntTransactSecondary:
        this.#exploits.goOn(header);
        break;
    }
  }

  #response(command: number, at: number, header: Smb1Header, reader: Smb1Reader): void {
    if (reader.u8(at) === 0) return;
    switch (command) {
      case SMB1.negotiate:
        negotiateAnswer(reader, at, this.#context);
        break;
      case SMB1.sessionSetupAndx:
        sessionSetupResponse(reader, at, header, this.#context);
        break;
      case SMB1.treeConnectAndx:
        this.#treeConnected(at, header, reader);
        break;
      case SMB1.ntCreateAndx:
        if (reader.has(at + 64)) this.#created(at, reader);
        break;
      case SMB1.readAndx:
        this.#readAnswer(at, header, reader);
        break;
      case SMB1.transaction:
        this.#transacted(at, header, reader);
        break;
    }
  }

  #treeConnect(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { state, conversation } = this.#context;
    const path = reader.text(at + 11 + reader.u16(at + 7), header.isUnicode);
    const tree = createTree(conversation.now);
    tree.path = path.text;
    tree.service = reader.text(path.next, false).text;
    state.command.referencedTree = tree;
    state.command.argument = path.text;
    const place = reader.position + path.at;
    conversation.trace?.mark("smb_mapping", "path", 0, place, path.next - path.at);
  }

  #treeConnected(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { state, rows, conversation, shared } = this.#context;
    const bytesAt = at + 1 + 2 * reader.u8(at);
    const service = reader.text(bytesAt + 2, false);
    const tree = state.command.referencedTree ?? createTree(conversation.now);
    tree.service = service.text;
    if (service.text === "IPC") tree.shareType = "PIPE";
    state.command.treeService = service.text;
    const hasMore = reader.u16(bytesAt) > service.text.length + 1;
    const fileSystem = hasMore ? reader.text(service.next, header.isUnicode).text : "";
    if (fileSystem !== "") tree.nativeFileSystem = fileSystem;
    if (service.text.startsWith("IPC") && state.pipeTrees.size < shared.limits.trees.maximum) {
      state.pipeTrees.add(header.treeId);
    }
    state.tree = tree;
    state.setTree(header.treeId, tree, shared.limits.trees);
    rows.tree(tree, state.command.status);
  }

  #create(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { state, conversation } = this.#context;
    const name = reader.text(at + 51, header.isUnicode);
    const file = createFile(conversation.now);
    file.name = name.text;
    file.action = ACTION.open;
    state.command.file = file;
    state.command.argument = name.text;
    state.command.disposition = dispositionName(reader.u32(at + 36));
    this.#addName(name.text);
    state.file = file;
    const place = reader.position + name.at;
    conversation.trace?.mark("smb_files", "name", 0, place, name.next - name.at);
  }

  #created(at: number, reader: Smb1Reader): void {
    const { state, rows, shared } = this.#context;
    const { file } = state.command;
    file.action = ACTION.open;
    file.size = reader.u64(at + 56);
    const modified = reader.big(at + 28);
    if (isFileTime(modified)) {
      const [created, accessed] = [reader.big(at + 12), reader.big(at + 20)];
      file.times = { modified, accessed, created, changed: reader.big(at + 36) };
    }
    const id = `s${reader.u16(at + 6)}`;
    state.files.delete(id);
    state.takeFile(id, shared.limits.openFiles);
    rows.file(file);
  }

  #addName(name: string): void {
    const { facts, shared } = this.#context;
    facts.addFileName(name, shared.limits.fileNames);
  }

  #read(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { state, rows, shared } = this.#context;
    const id = `s${reader.u16(at + 5)}`;
    const high = reader.u8(at) === 12 ? reader.u32(at + 21) : 0;
    const offset = (high === 0xffff_ffff ? 0 : high) * 4_294_967_296 + reader.u32(at + 7);
    state.takeFile(id, shared.limits.openFiles);
    state.file.action = ACTION.read;
    if (state.file.name !== undefined) state.command.argument = state.file.name;
    if (state.tree?.path !== undefined) state.file.path ??= state.tree.path;
    rows.file(state.file);
    this.#ask(header, { fileId: id, offset, isPipe: state.pipeTrees.has(header.treeId) });
  }

  #ask(header: Smb1Header, asked: Asked): void {
    const { pendingMessages } = this.#context.shared.limits;
    if (this.#asked.size >= pendingMessages.maximum) {
      pendingMessages.reached++;
      this.#asked.clear();
    }
    this.#asked.set(header.messageId, asked);
  }

  #readAnswer(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const asked = this.#asked.get(header.messageId);
    this.#asked.delete(header.messageId);
    const place = reader.u16(at + 13);
    const bytes = reader.slice(place, reader.u16(at + 15) * 65_536 + reader.u16(at + 11));
    if (asked === undefined || bytes === undefined || bytes.length === 0) return;
    const { state, transfers } = this.#context;
    if (asked.isPipe) this.#toPipe(asked.fileId, 1, { reader, at: place }, bytes);
    else transfers.data(state.file, 1, bytes, asked.offset);
  }

  #write(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { state, transfers, shared } = this.#context;
    this.#exploits.write(header);
    const id = `s${reader.u16(at + 5)}`;
    state.takeFile(id, shared.limits.openFiles);
    const { file } = state;
    file.action = ACTION.write;
    state.command.argument ??= file.name;
    if (state.tree?.path !== undefined) file.path ??= state.tree.path;
    const place = reader.u16(at + 23);
    const bytes = reader.slice(place, reader.u16(at + 19) * 65_536 + reader.u16(at + 21));
    if (bytes === undefined || bytes.length === 0) return;
    if (state.pipeTrees.has(header.treeId)) {
      this.#toPipe(id, 0, { reader, at: place }, bytes);
      return;
    }
    const high = reader.u8(at) === 14 ? reader.u32(at + 25) : 0;
    transfers.seeWrite(file, state.tree);
    transfers.data(file, 0, bytes, high * 4_294_967_296 + reader.u32(at + 7));
  }

  #close(id: string): void {
    const { state, rows, transfers, pipes, shared } = this.#context;
    state.takeFile(id, shared.limits.openFiles);
    const { file } = state;
    file.action = ACTION.close;
    if (state.tree?.path !== undefined) file.path = state.tree.path;
    if (file.name !== undefined) state.command.argument = file.name;
    state.files.delete(id);
    rows.file(file);
    transfers.close(file);
    pipes.close(id);
  }

  #transact(command: number, at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { state } = this.#context;
    if (command === SMB1.ntTransact) {
      // MS-CIFS 2.2.4.62.1: counts of four bytes.
      const whole = reader.u32(at + 20) >= reader.u32(at + 4);
      const all = reader.u32(at + 28) >= reader.u32(at + 8);
      this.#exploits.begin(header, whole && all, undefined);
      return;
    }
    const transaction = readTransactionRequest(reader, at);
    const [code, fileId] = transaction.setup;
    this.#exploits.begin(header, transaction.isWhole, code);
    const isSecond = command === SMB1.transaction2;
    state.command.subCommand = isSecond ? transaction2Name(code ?? 0) : transactionName(code ?? 0);
    if (isSecond) return;
    const name = reader.text(transaction.bytesAt, header.isUnicode).text.toUpperCase();
    const isRap = name.startsWith("\\PIPE\\LANMAN");
    const isPipe = !isRap && (name.startsWith("\\PIPE\\") || state.pipeTrees.has(header.treeId));
    const id = `s${fileId ?? 0}`;
    this.#ask(header, { fileId: id, offset: 0, isPipe });
    const bytes = reader.slice(transaction.dataAt, transaction.dataLength);
    if (isPipe && bytes !== undefined)
      this.#toPipe(id, 0, { reader, at: transaction.dataAt }, bytes);
  }

  #transacted(at: number, header: Smb1Header, reader: Smb1Reader): void {
    const { dataAt, dataLength, isWhole } = readTransactionResponse(reader, at);
    const asked = this.#asked.get(header.messageId);
    if (isWhole) this.#asked.delete(header.messageId);
    const bytes = reader.slice(dataAt, dataLength);
    if (asked === undefined || !asked.isPipe || bytes === undefined) return;
    this.#toPipe(asked.fileId, 1, { reader, at: dataAt }, bytes);
  }

  #toPipe(
    id: string,
    side: Side,
    { reader, at }: { reader: Smb1Reader; at: number },
    bytes: Uint8Array,
  ): void {
    const { state, pipes } = this.#context;
    pipes.data(id, state.files.get(id)?.name, { side, position: reader.position + at }, bytes);
  }
}
