import type { FrameRow } from "../../wireshark/contract.ts";

/** What a colour of Wireshark's own rules says, in the page's few colours that say something. */
export type RowMeaning = "refused" | "odd" | "plain";

/** Of the rules "TCP RST", "SCTP ABORT" and "low TTL": light letters on a strong red. */
const REFUSED = 0xa40000;
/** Of the rules "Bad TCP", "checksum errors" and changes of routing: coloured letters on black. */
const ODD = 0x12272e;

/** A connection cut off is red, what its protocol calls wrong is amber, the rest has no colour. */
export function rowMeaning({ background, foreground }: FrameRow): RowMeaning {
  if (background === REFUSED) return "refused";
  return background === ODD && foreground !== ODD ? "odd" : "plain";
}

/** The rule's own colour, for a small mark beside the row; nothing where no rule matched. */
export function ruleColour({ background, foreground }: FrameRow): string | undefined {
  if (background === 0 && foreground === 0) return undefined;
  const colour = (background & 0xffffff).toString(16).padStart(6, "0");
  // Wireshark's are pale, for whole rows of black letters: between them and the page's own, both show.
  return `color-mix(in oklab, #${colour}, var(--muted) 40%)`;
}
