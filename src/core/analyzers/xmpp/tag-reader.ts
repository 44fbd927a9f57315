const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
/** Longest name that is kept; those that matter are shorter. */
const NAME_CHARACTERS_MAX = 64;

/** Cuts XML into its tags, whose names are all that is looked at. */
export class TagReader {
  isBroken = false;
  #state: "before" | "name" | "rest" | "content" = "before";
  #name = "";
  #taken: string | undefined;

  /** Reads up to behind the next tag; returns where to go on. */
  read(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      switch (this.#state) {
        case "before":
          if (byte === LESS_THAN) this.#begin();
          else if (byte !== 32 && byte !== 10 && byte !== 13) return this.#break(at);
          break;
        case "content":
          if (byte === LESS_THAN) this.#begin();
          else if (byte === GREATER_THAN) return this.#break(at);
          break;
        case "name":
          if (isNameByte(byte) || (byte === 0x2f && this.#name === "")) {
            if (this.#name.length < NAME_CHARACTERS_MAX) this.#name += String.fromCharCode(byte);
            break;
          }
          if (this.#name === "" || byte === LESS_THAN) return this.#break(at);
          this.#state = "rest";
          if (byte === GREATER_THAN) return this.#end(at);
          break;
        case "rest":
          if (byte === LESS_THAN) return this.#break(at);
          if (byte === GREATER_THAN) return this.#end(at);
          break;
      }
    }
    return bytes.length;
  }

  /** The name of the tag that was read last, once. */
  take(): string | undefined {
    const name = this.#taken;
    this.#taken = undefined;
    return name;
  }

  #begin(): void {
    this.#state = "name";
    this.#name = "";
  }

  #end(at: number): number {
    this.#taken = this.#name;
    this.#state = "content";
    return at + 1;
  }

  #break(at: number): number {
    this.isBroken = true;
    return at;
  }
}

/** Letters, digits, a colon, and the mark that begins a declaration. */
function isNameByte(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 58) ||
    byte === 0x3f ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122)
  );
}
