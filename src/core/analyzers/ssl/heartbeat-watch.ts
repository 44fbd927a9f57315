import type { Conversation } from "../shared/index.ts";

/** The shortest encrypted heartbeat of a cipher (RFC 6520 4: 3 bytes and 16 of padding, MAC, IV, blocks). */
interface Shortest {
  readonly cipher: RegExp;
  readonly bytes: number;
}

/** From TLS 1.1 on a block cipher's record begins with its initialisation vector. */
const SHORTEST_WITH_IV: readonly Shortest[] = [
  { cipher: /_AES_256_GCM_SHA384$/, bytes: 43 },
  { cipher: /_AES_128_GCM_SHA256$/, bytes: 43 },
  { cipher: /_256_CBC_SHA384$/, bytes: 96 },
  { cipher: /_256_CBC_SHA256$/, bytes: 80 },
  { cipher: /_256_CBC_SHA$/, bytes: 64 },
  { cipher: /_128_CBC_SHA256$/, bytes: 80 },
  { cipher: /_128_CBC_SHA$/, bytes: 64 },
  { cipher: /_3DES_EDE_CBC_SHA$/, bytes: 48 },
  { cipher: /_SEED_CBC_SHA$/, bytes: 64 },
  { cipher: /_IDEA_CBC_SHA$/, bytes: 48 },
  { cipher: /_DES_CBC_SHA$/, bytes: 48 },
  { cipher: /_DES40_CBC_SHA$/, bytes: 48 },
  { cipher: /_RC4_128_SHA$/, bytes: 39 },
  { cipher: /_RC4_128_MD5$/, bytes: 35 },
  { cipher: /_RC4_40_MD5$/, bytes: 35 },
  { cipher: /_RC2_CBC_40_MD5$/, bytes: 48 },
];
const SHORTEST: readonly Shortest[] = [
  { cipher: /_256_CBC_SHA$/, bytes: 48 },
  { cipher: /_128_CBC_SHA$/, bytes: 48 },
  { cipher: /_3DES_EDE_CBC_SHA$/, bytes: 40 },
  { cipher: /_SEED_CBC_SHA$/, bytes: 48 },
  { cipher: /_IDEA_CBC_SHA$/, bytes: 40 },
  { cipher: /_DES_CBC_SHA$/, bytes: 40 },
  { cipher: /_DES40_CBC_SHA$/, bytes: 40 },
  { cipher: /_RC4_128_SHA$/, bytes: 39 },
  { cipher: /_RC4_128_MD5$/, bytes: 35 },
  { cipher: /_RC4_40_MD5$/, bytes: 35 },
  { cipher: /_RC2_CBC_40_MD5$/, bytes: 40 },
];
const EARLY_NANOSECONDS = 60e9;
/** Requests without answers, or answers without requests, that are told. */
const UNANSWERED_MAX = 3;
const REQUEST_BYTES_MIN = 3 + 16;

/**
 * Tells Heartbleed (CVE-2014-0160) behind encryption by the lengths of records: a request shorter than
 * honest ones, an answer longer than its request.
 */
export class HeartbeatWatch {
  readonly #tell: Pick<Conversation, "notice" | "now" | "startTime">;
  readonly #told = new Set<string>();
  #hasData = false;
  readonly #heartbeats: [client: number, server: number] = [0, 0];
  #clientRequest: number | undefined;
  #serverRequest: number | undefined;

  constructor(tell: Pick<Conversation, "notice" | "now" | "startTime">) {
    this.#tell = tell;
  }

  /** An encrypted record with data came. */
  noteData(): void {
    this.#hasData = true;
  }

  /** An encrypted heartbeat of so many bytes. */
  heartbeat(isClient: boolean, bytes: number, cipher: string, hasIv: boolean): void {
    this.#heartbeats[isClient ? 0 : 1]++;
    const duration = this.#tell.now - this.#tell.startTime;
    this.#noteEarly(isClient, bytes, duration);
    this.#noteUnanswered();
    this.#noteLength(isClient, bytes, { cipher, hasIv, duration });
    this.#notePair(isClient, bytes, duration);
  }

  #noteEarly(isClient: boolean, bytes: number, duration: number): void {
    const who = `Length: ${bytes}, is_client: ${isClient ? 1 : 0}`;
    if (!this.#hasData) {
      const text = `Heartbeat before ciphertext. Probable attack or scan. ${who}`;
      this.#notice("early", "SSL_Heartbeat_Attack", text, bytes);
    } else if (duration < EARLY_NANOSECONDS) {
      const text = `Heartbeat within first minute. Possible attack or scan. ${who}, time: ${secondsText(duration)}`;
      this.#notice("early", "SSL_Heartbeat_Attack", text, bytes);
    }
  }

  #noteUnanswered(): void {
    const [client, server] = this.#heartbeats;
    const counts = `Client count: ${client}, server count: ${server}`;
    const key = `many ${Math.floor(server / 1000)}`;
    if (client > server + UNANSWERED_MAX) {
      const text = `More than 3 heartbeat requests without replies from server. Possible attack. ${counts}`;
      this.#notice(key, "SSL_Heartbeat_Many_Requests", text, client - server);
    } else if (server > client + UNANSWERED_MAX) {
      const text = `Server sending more heartbeat responses than requests seen. Possible attack. ${counts}`;
      this.#notice(key, "SSL_Heartbeat_Many_Requests", text, server - client);
    }
  }

  #noteLength(
    isClient: boolean,
    bytes: number,
    { cipher, hasIv, duration }: { cipher: string; hasIv: boolean; duration: number },
  ): void {
    const odd = "Heartbeat message smaller than minimum required length. Probable attack";
    if (isClient && bytes < REQUEST_BYTES_MIN) {
      const text = `${odd} or scan. Message length: ${bytes}. Cipher: ${cipher}. Time: ${secondsText(duration)}`;
      this.#notice(`weak ${bytes}`, "SSL_Heartbeat_Odd_Length", text, bytes);
    }
    const shortest = (hasIv ? SHORTEST_WITH_IV : SHORTEST).find((one) => one.cipher.test(cipher));
    if (shortest === undefined || bytes >= shortest.bytes) return;
    const text = `${odd}. Message length: ${bytes}. Required length: ${shortest.bytes}. Cipher: ${cipher}. Cipher match: /^?(${shortest.cipher.source})$?/`;
    this.#notice(`weak ${bytes}`, "SSL_Heartbeat_Odd_Length", text, bytes);
  }

  #notePair(isClient: boolean, bytes: number, duration: number): void {
    if (isClient) {
      if (this.#serverRequest !== undefined) this.#serverRequest = undefined;
      else this.#clientRequest = bytes;
      return;
    }
    const asked = this.#clientRequest;
    if (asked === undefined) this.#serverRequest = bytes;
    else if (asked < bytes) {
      const text = `An encrypted TLS heartbleed attack was probably detected! First packet client record length ${asked}, first packet server record length ${bytes}. Time: ${secondsText(duration)}`;
      this.#notice("success", "SSL_Heartbeat_Attack_Success", text);
    }
    this.#clientRequest = undefined;
  }

  /** Each finding once a flow. */
  #notice(key: string, note: string, message: string, n?: number): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#tell.notice(`Heartbleed::${note}`, message, undefined, { n });
  }
}

function secondsText(nanoseconds: number): string {
  return (nanoseconds / 1e9).toFixed(6);
}
