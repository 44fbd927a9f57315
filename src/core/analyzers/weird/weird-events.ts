import type { LogSchema } from "../../events/index.ts";

/** Zeek's weird log, and where the packets lie that show it. */
export const weirdSchema: LogSchema = {
  name: "weird",
  shown: true,
  says: "What a protocol does not allow, and limits that were reached, with the packets that show it.",
  fields: [
    { name: "ts", kind: "time", optional: false, says: "Time of the packet." },
    { name: "uid", kind: "uid", optional: true, says: "The flow it happened in." },
    { name: "id.orig_h", kind: "addr", optional: true, says: "Address of the originator." },
    { name: "id.orig_p", kind: "port", optional: true, says: "Port of the originator." },
    { name: "id.resp_h", kind: "addr", optional: true, says: "Address of the responder." },
    { name: "id.resp_p", kind: "port", optional: true, says: "Port of the responder." },
    { name: "name", kind: "dict", optional: false, says: "What is weird, by Zeek's names." },
    { name: "addl", kind: "dict", optional: true, says: "More about it." },
    { name: "notice", kind: "bool", optional: false, says: "Whether a notice was made of it." },
    { name: "peer", kind: "dict", optional: false, says: "Who saw it." },
    { name: "source", kind: "dict", optional: true, says: "The part of the engine that saw it." },
    {
      name: "packet_offset",
      kind: "count",
      optional: true,
      ours: true,
      says: "Where the packet's record begins in the capture.",
    },
    {
      name: "other_packet_offset",
      kind: "count",
      optional: true,
      ours: true,
      says: "The same of the older packet that it contradicts.",
    },
  ],
};
