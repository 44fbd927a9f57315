import { asciiText } from "../shared/index.ts";

/** Bytes of one line that are looked at; links are not longer. */
const LINE_BYTES_MAX = 4096;
const LINKS_MAX = 100;
const LINK = /\b(?:https?|ftp):\/\/[^\s"'<>[\]{}|\\^`\x80-\xff]{1,2048}/gi;

/** Finds links in the texts of a mail, also where base64 cut them. */
export class LinkFinder {
  readonly #line = new Uint8Array(LINE_BYTES_MAX);
  readonly #found: (link: string) => void;
  #length = 0;
  #count = 0;

  constructor(found: (link: string) => void) {
    this.#found = found;
  }

  text(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#count < LINKS_MAX; at++) {
      const byte = bytes[at]!;
      if (byte === 10 || this.#length === LINE_BYTES_MAX) this.flush();
      if (byte !== 10) this.#line[this.#length++] = byte;
    }
  }

  /** The text is over, or its line is. */
  flush(): void {
    const length = this.#length;
    this.#length = 0;
    // Most lines have none: a look at the bytes is cheaper than a text.
    if (length < 8 || this.#line.subarray(0, length).indexOf(COLON) < 0) return;
    const text = asciiText(this.#line.subarray(0, length));
    if (!text.includes("://")) return;
    for (const [link] of text.matchAll(LINK)) {
      if (this.#count++ >= LINKS_MAX) return;
      this.#found(link.replace(/[.,;:!?)]{1,8}$/, ""));
    }
  }
}

const COLON = 0x3a;
