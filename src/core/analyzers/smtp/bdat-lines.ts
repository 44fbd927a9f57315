import type { MimeMail } from "../shared/mime/index.ts";

const CR = 13;
const LF = 10;
const EMPTY = new Uint8Array(0);

/** Cuts the chunks of BDAT (RFC 3030) into lines for a mail; a line may go on in the next chunk. */
export class BdatLines {
  isLast = false;
  remainingBytes = 0;
  readonly #mail: MimeMail;
  readonly #weird: (name: string, addl?: string) => void;
  readonly #lineBytesMax: number;
  #held: Uint8Array = EMPTY;
  #length = 0;

  constructor(
    mail: MimeMail,
    options: { lineBytesMax: number; weird: (name: string, addl?: string) => void },
  ) {
    this.#mail = mail;
    this.#lineBytesMax = options.lineBytesMax;
    this.#weird = options.weird;
  }

  begin(bytes: number, isLast: boolean): void {
    this.remainingBytes = bytes;
    this.isLast = isLast;
  }

  /** Takes bytes of the chunk, at most what remains of it. */
  data(bytes: Uint8Array, position: number): void {
    this.remainingBytes -= bytes.length;
    let from = 0;
    if (this.#length > 0 && this.#held[this.#length - 1] === CR) {
      if (bytes[0] === LF) {
        this.#deliver(EMPTY, { dropped: 1, hasEnd: true, position });
        from = 1;
      } else {
        this.#weird("smtp_bdat_line_cr_only");
        this.#deliver(EMPTY, { dropped: 0, hasEnd: false, position });
      }
    }
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] === LF) {
        const isWhole = at > from && bytes[at - 1] === CR;
        if (!isWhole) this.#weird("smtp_bdat_line_lf_only");
        const line = bytes.subarray(from, isWhole ? at - 1 : at + 1);
        this.#deliver(line, { dropped: 0, hasEnd: isWhole, position: position + from });
        from = at + 1;
      } else if (this.#length + at - from >= this.#lineBytesMax && bytes[at] !== CR) {
        this.#weird("smtp_bdat_line_too_long", String(this.#length + bytes.length - from));
        const line = bytes.subarray(from, at);
        this.#deliver(line, { dropped: 0, hasEnd: false, position: position + from });
        from = at;
      }
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from));
    if (this.isLast && this.remainingBytes <= 0) this.#flush(position);
  }

  /** No more comes: what is held is given. */
  end(): void {
    if (this.#length === 0) return;
    this.#weird("smtp_bdat_undelivered_at_done");
    this.#flush(0);
  }

  #flush(position: number): void {
    if (this.#length > 0) this.#deliver(EMPTY, { dropped: 0, hasEnd: false, position });
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const held = new Uint8Array(Math.max(256, length * 2));
      held.set(this.#held.subarray(0, this.#length));
      this.#held = held;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
  }

  #deliver(
    line: Uint8Array,
    { dropped, hasEnd, position }: { dropped: number; hasEnd: boolean; position: number },
  ): void {
    if (this.#length === 0) {
      this.#mail.deliver(line, hasEnd, position);
      return;
    }
    this.#keep(line);
    const whole = this.#held.subarray(0, this.#length - dropped);
    this.#length = 0;
    this.#mail.deliver(whole, hasEnd, position);
  }
}
