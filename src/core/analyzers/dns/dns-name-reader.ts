import type { Limit } from "../../base/index.ts";
import { bytesToText } from "../shared/index.ts";

/** A name in text takes at most this, dots included. */
const NAME_BYTES_MAX = 512;
const LABEL_BYTES_MAX = 63;
/** RFC 1035 2.3.4. */
const NAME_BYTES_LEGAL = 255;

/** What a name reader tells about what it read. */
export interface NameRemarks {
  weird(name: string, addl?: string): void;
  /** Too many pointers: a limit, not a fault of the form. */
  pastLimit(): void;
}

const NOBODY: NameRemarks = { weird() {}, pastLimit() {} };

/**
 * Reads compressed names (RFC 1035 4.1.4). Each pointer must lead back before the label that holds it, so
 * that reading ends; a name longer than 512 bytes is refused, so that it ends soon.
 */
export class DnsNameReader {
  /** Offset behind the name, in the message. */
  end = 0;
  readonly #pointers: Limit;
  #remarks: NameRemarks = NOBODY;
  #hasLongLabels = false;
  readonly #name = new Uint8Array(NAME_BYTES_MAX + 1);
  #length = 0;

  /** `pointers` may be followed one after another; RFC 1035 has no bound. */
  constructor(pointers: Limit) {
    this.#pointers = pointers;
  }

  /** Whom to tell about the names of the next message, and whether it is of NetBIOS. */
  begin(remarks: NameRemarks, hasLongLabels: boolean): void {
    this.#remarks = remarks;
    this.#hasLongLabels = hasLongLabels;
  }

  /** The name at `at` as text in lower case, without its last dot; undefined when it is broken. */
  read(message: Uint8Array, at: number): string | undefined {
    this.#length = 0;
    const end = this.#labels(message, at, message.length, 0);
    if (end < 0) return undefined;
    this.end = end;
    const name = this.#name.subarray(0, this.#length);
    for (let n = 0; n < name.length; n++) {
      if (name[n]! >= 0x41 && name[n]! <= 0x5a) name[n]! += 32;
    }
    return bytesToText(name);
  }

  /** Appends labels from `at` on, none of which may pass `limit`; the offset behind them, or -1. */
  #labels(message: Uint8Array, start: number, limit: number, depth: number): number {
    if (depth > this.#pointers.maximum) {
      this.#pointers.reached++;
      this.#remarks.weird("DNS_max_compression_chain_depth_exceeded", String(depth));
      this.#remarks.pastLimit();
      return start;
    }
    const before = this.#length;
    let at = start;
    for (;;) {
      if (at >= limit) return this.#fault("dns_invalid_name");
      const length = message[at]!;
      if (length === 0) {
        at++;
        break;
      }
      if ((length & 0xc0) === 0xc0) {
        if (at + 1 >= limit) return this.#fault("dns_invalid_name");
        const target = ((length & 0x3f) << 8) | message[at + 1]!;
        if (target >= at) return this.#fault("DNS_label_forward_compress_offset");
        if (this.#labels(message, target, at, depth + 1) < 0) return -1;
        at += 2;
        break;
      }
      if (!this.#label(message, at, limit)) return -1;
      at += 1 + length;
    }
    const length = this.#length - before;
    if (length >= NAME_BYTES_LEGAL) this.#remarks.weird("DNS_NAME_too_long");
    if (length >= 2 && this.#name[this.#length - 1] === 0x2e) this.#length--;
    return at;
  }

  #label(message: Uint8Array, at: number, limit: number): boolean {
    const length = message[at]!;
    if (at + 1 + length > limit) return this.#fault("DNS_label_len_gt_pkt") > 0;
    if (length > LABEL_BYTES_MAX && !this.#hasLongLabels) {
      return this.#fault("DNS_label_too_long") > 0;
    }
    if (this.#length + length >= NAME_BYTES_MAX) {
      return this.#fault("DNS_label_len_gt_name_len") > 0;
    }
    this.#name.set(message.subarray(at + 1, at + 1 + length), this.#length);
    this.#length += length;
    this.#name[this.#length++] = 0x2e;
    return true;
  }

  #fault(weird: string): -1 {
    this.#remarks.weird(weird);
    return -1;
  }
}
