import type { Conversation, NoticeDetails } from "../conversation.ts";
import type { LogWriter } from "../log-writer.ts";

/** Zeek's Notice::default_suppression_interval. */
const SUPPRESS_SECONDS = 3600;

/** What a notice says besides its flow. */
export interface Notice {
  /** Kind, as `SSL::Invalid_Server_Cert`. */
  readonly note: string;
  readonly message: string;
  readonly sub?: string | undefined;
  readonly more?: NoticeDetails | undefined;
  /** Record of the packet at hand; -1 when there is none. */
  readonly packetOffset: number;
}

/** Writes notices about conversations. */
export function writeNotice(log: LogWriter, conversation: Conversation, notice: Notice): void {
  const { more = {} } = notice;
  log
    .row(conversation.now, conversation)
    .enum("proto", conversation.transport === "tcp" ? 0 : 1)
    .text("note", notice.note)
    .text("msg", notice.message)
    .text("sub", notice.sub)
    .address("src", conversation.originator)
    .address("dst", conversation.responder)
    .count("p", conversation.responderPort)
    .text("file_desc", more.fileDescription)
    .count("n", more.n)
    .list("actions", ["Notice::ACTION_LOG"])
    .list("email_dest", [])
    .interval("suppress_for", (more.suppressSeconds ?? SUPPRESS_SECONDS) * 1e9)
    .count("packet_offset", notice.packetOffset < 0 ? undefined : notice.packetOffset);
}

/** What a notice says of a host, over all its flows. */
export interface HostNotice extends Pick<Notice, "note" | "message" | "sub"> {
  readonly now: number;
  /** Who did it, as four words. */
  readonly source: Int32Array;
}

/** Writes a notice about a host. */
export function writeHostNotice(log: LogWriter, notice: HostNotice): void {
  log
    .bareRow(notice.now)
    .text("note", notice.note)
    .text("msg", notice.message)
    .text("sub", notice.sub)
    .address("src", notice.source)
    .list("actions", ["Notice::ACTION_LOG"])
    .list("email_dest", [])
    .interval("suppress_for", SUPPRESS_SECONDS * 1e9);
}
