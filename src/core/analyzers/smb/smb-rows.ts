import type { Conversation, LogWriter } from "../shared/index.ts";
import { FILE_ACTIONS } from "./smb-events.ts";
import {
  fileTime,
  type SmbCommand,
  type SmbFile,
  type SmbShared,
  type SmbTree,
} from "./smb-state.ts";

/** Numbers of actions. */
export const ACTION = {
  read: 0,
  write: 1,
  open: 2,
  close: 3,
  delete: 4,
  rename: 5,
  setAttribute: 6,
} as const;
const PIPE_ACTIONS = [7, 8, 9, 10];
const PRINT_ACTIONS = [11, 12, 13, 14];
/** Actions that are written: open, rename, delete; of printers open and close. */
const WRITTEN: ReadonlySet<number> = new Set([2, 4, 5, 13, 14]);
/** Nanoseconds after which the same is written again. */
const RECENT_LIFETIME = 180e9;
const UNWRITTEN_STATUS = "MORE_PROCESSING_REQUIRED";

/** The action as it is named for what the share is. */
export function actionOn(shareType: string | undefined, action: number): number {
  if (action > ACTION.close) return action;
  if (shareType === "PIPE") return PIPE_ACTIONS[action]!;
  return shareType === "PRINT" ? PRINT_ACTIONS[action]! : action;
}

/** Writes the rows of one connection. */
export class SmbRows {
  readonly #conversation: Conversation;
  readonly #shared: SmbShared;
  #recent: Map<string, number> | undefined;
  #commands = 0;

  constructor(conversation: Conversation, shared: SmbShared) {
    this.#conversation = conversation;
    this.#shared = shared;
  }

  tree(tree: SmbTree, status: string | undefined): void {
    this.#shared.mapping
      .row(tree.startTime, this.#conversation)
      .text("path", tree.path)
      .text("service", tree.service)
      .text("native_file_system", tree.nativeFileSystem)
      .text("share_type", tree.shareType)
      .text("status", status);
  }

  /** Writes what was done with a file, unless the same was written just now. */
  file(file: SmbFile): void {
    const { action, name, times } = file;
    if (name === undefined || action === undefined || !WRITTEN.has(action)) return;
    if (times !== undefined && this.#isRecent(file)) return;
    const log = this.#shared.files.row(file.startTime, this.#conversation);
    fileFields(log, file, "");
  }

  command(command: SmbCommand): void {
    if (command.status === UNWRITTEN_STATUS) return;
    const { commandRows } = this.#shared.limits;
    if (++this.#commands > commandRows.maximum) {
      commandRows.reached++;
      return;
    }
    const { file } = command;
    const conversation = this.#conversation;
    const prefix = "referenced_file.";
    const log = this.#shared.commands
      .row(command.startTime, conversation)
      .text("command", command.command)
      .text("sub_command", command.subCommand)
      .text("argument", command.argument)
      .text("status", command.status)
      .interval("rtt", command.rtt)
      .text("version", command.version)
      .text("tree", command.tree)
      .text("tree_service", command.treeService)
      .time(`${prefix}ts`, file.startTime)
      .uid(`${prefix}uid`, conversation)
      .address(`${prefix}id.orig_h`, conversation.originator)
      .count(`${prefix}id.orig_p`, conversation.originatorPort)
      .address(`${prefix}id.resp_h`, conversation.responder)
      .count(`${prefix}id.resp_p`, conversation.responderPort);
    fileFields(log, file, prefix);
    log
      .count("message_id", command.messageId)
      .count("session_id", command.sessionId)
      .count("tree_id", command.treeId)
      .count("status_code", command.statusCode)
      .text("disposition", command.disposition);
  }

  #isRecent(file: SmbFile): boolean {
    const { action, fuid, name, path, size, times } = file;
    const key = [
      FILE_ACTIONS[action!],
      fuid,
      name,
      path,
      size,
      times!.modified,
      times!.created,
      times!.changed,
    ].join("\0");
    this.#recent ??= new Map();
    const { now } = this.#conversation;
    const last = this.#recent.get(key);
    this.#recent.delete(key);
    const { recentFiles } = this.#shared.limits;
    if (this.#recent.size >= recentFiles.maximum) {
      recentFiles.reached++;
      this.#recent.delete(this.#recent.keys().next().value!);
    }
    this.#recent.set(key, now);
    return last !== undefined && now - last < RECENT_LIFETIME;
  }
}

function fileFields(log: LogWriter, file: SmbFile, prefix: string): void {
  log
    .text(`${prefix}fuid`, file.fuid)
    .enum(`${prefix}action`, file.action)
    .text(`${prefix}path`, file.path)
    .text(`${prefix}name`, file.name)
    .count(`${prefix}size`, file.size)
    .text(`${prefix}prev_name`, file.previousName);
  const { times } = file;
  if (times === undefined) return;
  for (const which of ["modified", "accessed", "created", "changed"] as const) {
    const { seconds, nanoseconds } = fileTime(times[which]);
    log.statedTime(`${prefix}times.${which}`, seconds, nanoseconds);
  }
}
