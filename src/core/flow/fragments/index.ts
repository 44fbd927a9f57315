export type { Datagram } from "./datagram.ts";
export {
  DEFAULT_FRAGMENT_AGE_NS,
  Defragmenter,
  type DefragmenterOptions,
  type FragmentLimits,
} from "./defragmenter.ts";
export type { FragmentWeird } from "./fragmented-datagram.ts";
