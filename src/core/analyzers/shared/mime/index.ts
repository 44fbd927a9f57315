export {
  Base64Decoder,
  decodeBase64,
  decodeQuotedPrintable,
} from "./body-decoders.ts";
export { boundaryIn } from "./boundary.ts";
export { FoldedHeader } from "./folded-header.ts";
export {
  type ContentType,
  fileName,
  firstToken,
  isBlank,
  type MimeHeader,
  parseContentType,
  parseHeader,
} from "./mime-header.ts";
export { type MailHost, MimeMail } from "./mime-mail.ts";
export { PartContent } from "./part-content.ts";
