import { formatAddress } from "../../packet/index.ts";

/** The four words of an address as people write it. */
export function addressText(words: Int32Array): string {
  return formatAddress(words[0]!, words[1]!, words[2]!, words[3]!);
}
