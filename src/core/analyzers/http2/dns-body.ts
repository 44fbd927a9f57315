import { joinBytes, type Limit } from "../../base/index.ts";
import { asciiText } from "../shared/index.ts";
import { decodeBase64, firstToken } from "../shared/mime/index.ts";

/** Of bytes that stand nowhere in the stream as they are: before all that any field may point to. */
export const NO_PLACE = -(2 ** 31);

const SUBTYPE = "/dns-message";

/** Whether a Content-Type is that of DNS over HTTPS (RFC 8484 6). */
export function isDnsMessage(contentType: Uint8Array): boolean {
  const token = firstToken(contentType);
  if (token?.folded !== "application") return false;
  return asciiText(token.rest.subarray(0, SUBTYPE.length)).toLowerCase() === SUBTYPE;
}

/** The message that a request by GET carries in its URI (RFC 8484 4.1.1). */
export function dnsMessageOf(uri: string): Uint8Array | undefined {
  const query = uri.indexOf("?");
  if (query < 0) return undefined;
  const parameter = uri
    .slice(query + 1)
    .split("&", 32)
    .find((one) => one.startsWith("dns="));
  if (parameter === undefined) return undefined;
  const text = parameter.slice(4).replaceAll("-", "+").replaceAll("_", "/");
  return decodeBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
}

/** Collects a body that is a DNS message. */
export class DnsBody {
  /** Where its first byte stood. */
  position = 0;
  readonly #limit: Limit;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #isLost = false;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array, position: number): void {
    if (this.#isLost) return;
    if (this.#bytes === 0) this.position = position;
    else if (position !== this.position + this.#bytes) this.position = NO_PLACE;
    if (this.#bytes + bytes.length > this.#limit.maximum) {
      this.#limit.reached++;
      this.gap();
      return;
    }
    this.#parts.push(bytes.slice());
    this.#bytes += bytes.length;
  }

  gap(): void {
    this.#isLost = true;
    this.#parts = [];
  }

  /** The message behind its length, as DNS has it over a stream (RFC 1035 4.2.2). */
  get message(): Uint8Array | undefined {
    return this.#isLost || this.#bytes === 0 ? undefined : framed(joinBytes(this.#parts));
  }
}

/** A message with its length in front. */
export function framed(message: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.of(message.length >> 8, message.length & 255), message]);
}
