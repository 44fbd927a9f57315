import type { LogSchema } from "../events/index.ts";
import { captureLossSchema } from "./capture-loss/index.ts";
import { burstsSchema, connSchema } from "./conn/index.ts";
import { dceRpc } from "./dce-rpc/index.ts";
import { dhcp } from "./dhcp/index.ts";
import { dnp3 } from "./dnp3/index.ts";
import { dns } from "./dns/index.ts";
import { archiveMembersSchema, fileReadingsSchema, filesSchema, peSchema } from "./files/index.ts";
import { ftp } from "./ftp/index.ts";
import { gssapi } from "./gssapi/index.ts";
import { http } from "./http/index.ts";
import { http2, http3 } from "./http2/index.ts";
import { imap } from "./imap/index.ts";
import { irc } from "./irc/index.ts";
import { kerberos } from "./kerberos/index.ts";
import { ldap } from "./ldap/index.ts";
import { locatorSchema, residueSchema } from "./locator/index.ts";
import { burstFillingsSchema, microburstsSchema } from "./microbursts/index.ts";
import { modbus } from "./modbus/index.ts";
import { mqtt } from "./mqtt/index.ts";
import { mysql } from "./mysql/index.ts";
import { ntlm } from "./ntlm/index.ts";
import { ntp } from "./ntp/index.ts";
import { pop3 } from "./pop3/index.ts";
import { postgresql } from "./postgresql/index.ts";
import { quic } from "./quic/index.ts";
import { radius } from "./radius/index.ts";
import { rdp, rdpeudp } from "./rdp/index.ts";
import { bittorrent, enip, ike, stun, sunRpc } from "./recognised/index.ts";
import { redis } from "./redis/index.ts";
import { rfb } from "./rfb/index.ts";
import { type Protocol, tunnelSchema } from "./shared/index.ts";
import { noticeSchema } from "./shared/notice/index.ts";
import { sip } from "./sip/index.ts";
import { smb } from "./smb/index.ts";
import { smtp } from "./smtp/index.ts";
import { snmp } from "./snmp/index.ts";
import { socks } from "./socks/index.ts";
import { softwareSchema } from "./software/index.ts";
import { ssh } from "./ssh/index.ts";
import { dtls, ssl } from "./ssl/index.ts";
import { syslog } from "./syslog/index.ts";
import { tftp } from "./tftp/index.ts";
import { websocket } from "./websocket/index.ts";
import { weirdSchema } from "./weird/index.ts";
import { x509Schema } from "./x509/index.ts";
import { xmpp } from "./xmpp/index.ts";

export { CaptureLossAnalyzer } from "./capture-loss/index.ts";
export {
  burstsSchema,
  ConnAnalyzer,
  connSchema,
  explainConnField,
  type FieldChange,
  LocalNetworks,
  PRIVATE_NETWORKS,
} from "./conn/index.ts";
export { type FileSink, FileTracker } from "./files/index.ts";
export { LocatorAnalyzer } from "./locator/index.ts";
export {
  BURST_BIN_NANOSECONDS,
  burstFillingsSchema,
  MicroburstsAnalyzer,
  microburstsSchema,
  timeAtLeast,
} from "./microbursts/index.ts";
export {
  type AnalyzerServices,
  type CarriedOutcome,
  type Conversation,
  type FieldMark,
  type FieldTrace,
  type FileFeed,
  type FileStart,
  type FlowIds,
  KeyTexts,
  LogWriter,
  NO_SERVICES,
  type NoticeDetails,
  type OpenedBytes,
  type Protocol,
  type ProtocolRun,
  type ServiceBits,
  type ServiceName,
  type Session,
  type Side,
  type StreamPiece,
  serviceBits,
  type Transport,
} from "./shared/index.ts";
export { noticeSchema, writeNotice } from "./shared/notice/index.ts";
export { SoftwareLog } from "./software/index.ts";
export { TunnelAnalyzer } from "./tunnel/index.ts";
export {
  type ConnectionFacts,
  type ConnectionVerdict,
  ConnectionWatch,
  judgeConnection,
  type VerdictSide,
} from "./verdict/index.ts";
export { WeirdAnalyzer } from "./weird/index.ts";
export { CertificateLog } from "./x509/index.ts";

/** Application protocols: a new one is a folder and a line here. */
export const protocols: readonly Protocol[] = [
  dns,
  quic,
  ssl,
  dtls,
  ssh,
  http,
  http2,
  http3,
  websocket,
  smtp,
  ftp,
  dhcp,
  ntp,
  modbus,
  dnp3,
  mqtt,
  irc,
  snmp,
  syslog,
  imap,
  xmpp,
  pop3,
  sip,
  radius,
  tftp,
  kerberos,
  ldap,
  rdp,
  rdpeudp,
  socks,
  mysql,
  postgresql,
  redis,
  rfb,
  smb,
  dceRpc,
  gssapi,
  ntlm,
  stun,
  ike,
  enip,
  bittorrent,
  sunRpc,
];

/** Every log there is: the list from which tables, queries, the API and pages are made. */
export const logSchemas: readonly LogSchema[] = [
  connSchema,
  tunnelSchema,
  weirdSchema,
  noticeSchema,
  filesSchema,
  fileReadingsSchema,
  archiveMembersSchema,
  peSchema,
  ...new Set(protocols.flatMap(({ logs }) => logs)),
  x509Schema,
  softwareSchema,
  captureLossSchema,
  microburstsSchema,
  burstFillingsSchema,
  burstsSchema,
  locatorSchema,
  residueSchema,
];

/** The same by name. */
export const schemasByName: ReadonlyMap<string, LogSchema> = new Map(
  logSchemas.map((schema) => [schema.name, schema]),
);
