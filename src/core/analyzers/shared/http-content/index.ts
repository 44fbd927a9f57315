export type { ContentDecoder } from "./content-decoder.ts";
export { ContentDecoders } from "./content-decoders.ts";
export { type ContentRange, parseContentRange } from "./content-range.ts";
export {
  createExchange,
  type Exchange,
  isInformational,
  listFile,
  listFileType,
  originOf,
  type SideFiles,
  takeHeader,
} from "./exchange.ts";
export { writeExchange } from "./exchange-row.ts";
export { httpSchema } from "./http-events.ts";
export { Inflate } from "./inflate.ts";
export { leadingInteger } from "./leading-integer.ts";
export { SoftwareHeaders } from "./software-headers.ts";
