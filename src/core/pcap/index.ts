export type {
  ByteOrder,
  CaptureComment,
  CaptureFormat,
  CaptureInterface,
  CaptureLayout,
  CaptureLimits,
  CaptureSecrets,
  CaptureSection,
  InterfaceStatistics,
  PcapVariant,
} from "./capture-layout.ts";
export { CaptureReader, type CaptureStatus } from "./capture-reader.ts";
export { type Container, detectContainer } from "./detect-container.ts";
export { createPacketRecord, type PacketRecord, type PacketSink } from "./packet-record.ts";
export type { SecretSink } from "./pcapng-walker.ts";
export {
  type PcapngPacket,
  type PcapngSectionTexts,
  type PcapngStatistics,
  PcapngWriter,
} from "./pcapng-writer.ts";
export {
  type CaptureWindow,
  createRecordLocator,
  type RecordLocator,
  readRecordAt,
} from "./read-record-at.ts";
