/**
 * Tells from the sizes of encrypted segments whether a login of SSH 2 succeeded (as Zeek does): the
 * server's first segment accepts the service and has 17 bytes to say, success has one byte, so that it is
 * 16 shorter; a failure lists methods and is longer, and each later failure is as long as the first.
 */
export class LoginWatch {
  attempts = 0;
  /** Unknown until the first failure or success. */
  success: boolean | undefined;
  #sawClient = false;
  #acceptBytes = 0;
  #failureBytes = 0;
  #skippedBanner = false;

  /** Takes the next encrypted segment; true once it is decided that the login succeeded. */
  segment(fromClient: boolean, bytes: number): boolean {
    if (this.success === true) return true;
    if (fromClient) {
      this.#sawClient = true;
      return false;
    }
    if (!this.#sawClient) return false;
    if (this.#acceptBytes === 0) {
      this.#acceptBytes = bytes;
      return false;
    }
    const isSuccess = bytes + SUCCESS_SHORTER_BYTES === this.#acceptBytes;
    if (this.#failureBytes === 0) {
      if (isSuccess) return this.#attempt(true);
      // A text before the login comes as a message of its own.
      if (!this.#skippedBanner && bytes - this.#acceptBytes > BANNER_LONGER_BYTES) {
        this.#skippedBanner = true;
        return false;
      }
      // The first failure answers the question which methods there are, which every client asks.
      this.#failureBytes = bytes;
      return false;
    }
    if (bytes === this.#failureBytes) return this.#attempt(false);
    return isSuccess ? this.#attempt(true) : false;
  }

  #attempt(success: boolean): boolean {
    this.attempts++;
    this.success = success;
    return success;
  }
}

const SUCCESS_SHORTER_BYTES = 16;
const BANNER_LONGER_BYTES = 256;
