export { readBins } from "./connection-bins.ts";
export { readVerdict } from "./connection-verdict.ts";
export { assertReadable, LocatedPackets, offsetOf } from "./located-packets.ts";
export {
  type FoundPacket,
  type OpenCapture,
  type OpenSegment,
  readPackets,
} from "./packet-reader.ts";
export { diffStream, type StreamDifferences } from "./stream-differences.ts";
export { type PacketPlace, readStream, type StreamEvent } from "./stream-events.ts";
export { type ExportFacts, writePcapng } from "./write-pcapng.ts";
