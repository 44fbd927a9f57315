import type { Limit } from "../../../base/index.ts";
import { ContentDecoder } from "./content-decoder.ts";

/** Hands out decoders of bodies, and bounds how many are at work and how much each may make. */
export class ContentDecoders {
  readonly #atWork: Limit;
  readonly #decodedBytes: Limit;
  #count = 0;

  constructor(limits: { readonly atWork: Limit; readonly decodedBytes: Limit }) {
    this.#atWork = limits.atWork;
    this.#decodedBytes = limits.decodedBytes;
  }

  /** Undefined when too many are at work; each that was given is to be given back. */
  create(
    emit: (bytes: Uint8Array) => void,
    onInput?: (bytes: Uint8Array) => void,
  ): ContentDecoder | undefined {
    if (this.#count >= this.#atWork.maximum) {
      this.#atWork.reached++;
      return undefined;
    }
    this.#count++;
    let emitted = 0;
    return new ContentDecoder((bytes) => {
      emitted += bytes.length;
      if (emitted <= this.#decodedBytes.maximum) emit(bytes);
      else this.#decodedBytes.reached++;
    }, onInput);
  }

  release(): void {
    this.#count--;
  }
}
