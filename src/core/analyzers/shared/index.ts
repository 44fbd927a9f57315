export { addressText } from "./address-text.ts";
export { CarriedTrace } from "./carried-trace.ts";
export type { CertificateAnalysis, CertificateStart, SeenCertificate } from "./certificates.ts";
export type {
  CarriedOutcome,
  Conversation,
  NoticeDetails,
  Session,
  StreamPiece,
} from "./conversation.ts";
export {
  DER_TAG,
  DerCursor,
  type DerValue,
  integerBits,
  integerDecimal,
  integerNumber,
  oidText,
  readDer,
} from "./der.ts";
export type { FieldMark, FieldTrace, OpenedBytes } from "./field-trace.ts";
export type { FileAnalysis, FileFeed, FileReading, FileStart } from "./file-feed.ts";
export { FLOW_FIELDS } from "./flow-fields.ts";
export { KeyLog } from "./key-log.ts";
export { KeyTexts } from "./key-texts.ts";
export { LineReader, type LineSink } from "./line-reader.ts";
export { type FlowIds, LogWriter } from "./log-writer.ts";
export {
  DOUBTED_BYTES,
  type MessageReader,
  MessageStream,
  type MessageStreamOptions,
} from "./message-stream.ts";
export type { AnalyzerServices, Protocol, ProtocolRun, Recognition } from "./protocol.ts";
export { ProxyTunnels } from "./proxy-tunnels.ts";
export { sendRows, setAddress, setFlowIds, setFlowTime } from "./row-fields.ts";
export {
  NO_SERVICES,
  SERVICES,
  type ServiceBits,
  type ServiceName,
  serviceBits,
} from "./services.ts";
export type { Side, Transport } from "./side.ts";
export type { SoftwareInventory, SoftwareSighting } from "./software.ts";
export { StreamBuffer } from "./stream-buffer.ts";
export { asciiText, bytesToText, hexText, utf16Text } from "./text.ts";
export {
  type ClientHello,
  parseClientHello,
  parseServerHello,
  type ServerHello,
  TLS_EXTENSION,
  type TlsExtension,
  type TlsHello,
} from "./tls-hello.ts";
export { tunnelSchema } from "./tunnel-events.ts";
export { latinBytes, unescapeUri } from "./uri-escapes.ts";
export { type Cursor, takeBytes, takeVarint } from "./varint.ts";
