import { field, type LogSchema } from "../../events/index.ts";

/** Zeek's capture_loss log: how much of what was acknowledged the capture never saw. */
export const captureLossSchema: LogSchema = {
  name: "capture_loss",
  shown: true,
  says: "Measurements of the capture's own loss, from acknowledgements of data that were never seen.",
  fields: [
    field("ts", "time", "When the measurement was taken, in packet time."),
    field("ts_delta", "interval", "Time since the measurement before, or since the first packet."),
    field("peer", "dict", "Who measured."),
    field("gaps", "count", "Acknowledgements of data that the capture does not hold."),
    field("acks", "count", "Acknowledgements that said something new."),
    field("percent_lost", "decimal", "Gaps in a hundred acknowledgements."),
  ],
};
