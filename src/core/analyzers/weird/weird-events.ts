import { field, type LogSchema } from "../../events/index.ts";

/** Zeek's weird log, and where the packets lie that show it. */
export const weirdSchema: LogSchema = {
  name: "weird",
  shown: true,
  says: "What a protocol does not allow, and limits that were reached, with the packets that show it.",
  brief: ["ts", "uid", "id.orig_h", "id.resp_h", "id.resp_p", "name", "addl", "source"],
  fields: [
    field("ts", "time", "Time of the packet."),
    field("uid", "uid", "The flow it happened in.", { optional: true }),
    field("id.orig_h", "addr", "Address of the originator.", { optional: true }),
    field("id.orig_p", "port", "Port of the originator.", { optional: true }),
    field("id.resp_h", "addr", "Address of the responder.", { optional: true }),
    field("id.resp_p", "port", "Port of the responder.", { optional: true }),
    field("name", "dict", "What is weird, by Zeek's names."),
    field("addl", "dict", "More about it.", { optional: true }),
    field("notice", "bool", "Whether a notice was made of it."),
    field("peer", "dict", "Who saw it."),
    field("source", "dict", "The part of the engine that saw it.", { optional: true }),
    field("packet_offset", "count", "Where the packet's record begins in the capture.", {
      optional: true,
      ours: true,
    }),
    field("other_packet_offset", "count", "The same of the older packet that it contradicts.", {
      optional: true,
      ours: true,
    }),
  ],
};
