export {
  Base64Decoder,
  decodeBase64,
  decodeQuotedPrintable,
  type TransferEncoding,
} from "./body-decoders.ts";
export {
  type ContentType,
  fileName,
  firstToken,
  isBlank,
  joinLines,
  type MimeHeader,
  parseContentType,
  parseHeader,
} from "./mime-header.ts";
export { type MailHost, MimeMail } from "./mime-mail.ts";
