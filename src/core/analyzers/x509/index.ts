export { CertificateLog } from "./certificate-log.ts";
export { x509Schema } from "./x509-events.ts";
