import type { Conversation, LogWriter } from "../shared/index.ts";

/** What a notice says besides its flow. */
export interface Notice {
  /** Kind, as `SSL::Invalid_Server_Cert`. */
  readonly note: string;
  readonly message: string;
  readonly sub?: string | undefined;
  /** Record of the packet at hand; -1 when there is none. */
  readonly packetOffset: number;
}

/** Writes notices about conversations. */
export function writeNotice(log: LogWriter, conversation: Conversation, notice: Notice): void {
  log
    .row(conversation.now, conversation)
    .enum("proto", conversation.transport === "tcp" ? 0 : 1)
    .text("note", notice.note)
    .text("msg", notice.message)
    .text("sub", notice.sub)
    .address("src", conversation.originator)
    .address("dst", conversation.responder)
    .count("p", conversation.responderPort)
    .count("packet_offset", notice.packetOffset < 0 ? undefined : notice.packetOffset);
}
