import { Base64Decoder, decodeQuotedPrintable, type TransferEncoding } from "./body-decoders.ts";
import { firstToken, type MimeHeader } from "./mime-header.ts";

const CR_LF = Uint8Array.of(13, 10);

/** The content of a message or of one of its parts, line by line, out of its encoding (RFC 2045 6). */
export class PartContent {
  encoding: TransferEncoding;
  readonly #give: (bytes: Uint8Array) => void;
  readonly #onIllegal: ((what: string) => void) | undefined;
  #base64: Base64Decoder | undefined;
  #owesLineEnd = false;

  /** What is illegal in base64 is told in words, if anybody listens. */
  constructor(
    encoding: TransferEncoding,
    give: (bytes: Uint8Array) => void,
    onIllegal?: (what: string) => void,
  ) {
    this.encoding = encoding;
    this.#give = give;
    this.#onIllegal = onIllegal;
  }

  /** Lines need not be whole to be understood. */
  get takesParts(): boolean {
    return this.encoding !== "quoted-printable";
  }

  /** Reads Content-Transfer-Encoding. */
  read({ value }: MimeHeader): void {
    const name = firstToken(value)?.folded;
    if (name === "base64" || name === "quoted-printable") this.encoding = name;
    else if (name !== undefined) this.encoding = "identity";
  }

  /** Takes a line, or, where `hasEnd` is false, a piece of one; `isInside` a multipart. */
  line(bytes: Uint8Array, hasEnd: boolean, isInside: boolean): void {
    if (this.encoding === "base64") {
      this.#base64 ??= new Base64Decoder(this.#onIllegal);
      this.#give(this.#base64.decode(bytes));
      return;
    }
    if (this.encoding === "quoted-printable") {
      this.#give(decodeQuotedPrintable(bytes));
      return;
    }
    // The line end before a boundary is the boundary's: it is given when more comes.
    if (this.#owesLineEnd) this.#give(CR_LF);
    this.#owesLineEnd = hasEnd && isInside;
    this.#give(bytes);
    if (hasEnd && !this.#owesLineEnd) this.#give(CR_LF);
  }

  end(): void {
    this.#base64?.finish();
  }
}
