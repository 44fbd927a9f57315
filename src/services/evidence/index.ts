export { assertReadable, LocatedPackets, offsetOf } from "./located-packets.ts";
export {
  type FoundPacket,
  type OpenCapture,
  type OpenSegment,
  readPackets,
} from "./packet-reader.ts";
export { type ExportFacts, writePcapng } from "./write-pcapng.ts";
