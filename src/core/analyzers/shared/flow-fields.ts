import { type Field, field } from "../../events/index.ts";

/** The fields that begin nearly every log: when, and in which flow. */
export const FLOW_FIELDS: readonly Field[] = [
  field("ts", "time", "When it was seen."),
  field("uid", "uid", "The flow it was seen in."),
  field("id.orig_h", "addr", "Address of the originator."),
  field("id.orig_p", "port", "Port of the originator."),
  field("id.resp_h", "addr", "Address of the responder."),
  field("id.resp_p", "port", "Port of the responder."),
];
