/**
 * TLS secrets as the texts they come in (NSS key log format): given beforehand, or found in the capture
 * itself while it is read. Who decrypts asks for what is new.
 */
export class KeyTexts {
  readonly #texts: string[] = [];

  constructor(text: string | undefined) {
    if (text !== undefined) this.add(text);
  }

  add(text: string): void {
    if (text !== "") this.#texts.push(text);
  }

  /** Number of texts so far. */
  get count(): number {
    return this.#texts.length;
  }

  /** The texts from the n-th on. */
  from(count: number): readonly string[] {
    return this.#texts.slice(count);
  }
}
