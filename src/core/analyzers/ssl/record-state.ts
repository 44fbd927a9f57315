import type { Conversation, Side } from "../shared/index.ts";
import type { TlsHandshake } from "./tls-handshake.ts";
import { VERSION } from "./tls-names.ts";

/** Kinds of records (RFC 8446 5.1). */
export const CONTENT = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  heartbeat: 24,
} as const;

/** Versions in which data before a change of ciphers is in clear. */
const OLD_VERSIONS: ReadonlySet<number> = new Set([
  VERSION.ssl2,
  VERSION.ssl3,
  VERSION.tls10,
  VERSION.tls11,
  VERSION.tls12,
]);

const HEARTBEAT_REQUEST = 1;
const HEARTBEAT_RESPONSE = 2;
/** Bytes of a heartbeat besides its payload: kind, length and padding. */
const HEARTBEAT_BYTES_MIN = 3 + 16;
/** Alerts of one record that are read, as in Zeek. */
const ALERTS_MAX = 10;

/** Which sides encrypt by now, and what records in clear say besides handshake messages. */
export class RecordState {
  readonly isEncrypted: [boolean, boolean] = [false, false];
  isEstablished = false;
  readonly #handshake: TlsHandshake;
  readonly #tell: Pick<Conversation, "weird" | "notice">;
  #hasBleedingRequest = false;
  #lastNotice = "";

  constructor(handshake: TlsHandshake, tell: Pick<Conversation, "weird" | "notice">) {
    this.#handshake = handshake;
    this.#tell = tell;
  }

  /** Whether a record of that kind is encrypted; data is from TLS 1.3 on, whatever came before. */
  decide(side: Side, content: number): boolean {
    if (this.isEncrypted[side] || content !== CONTENT.applicationData) {
      return this.isEncrypted[side];
    }
    if (!OLD_VERSIONS.has(this.#handshake.chosenVersion)) this.isEncrypted[side] = true;
    return this.isEncrypted[side];
  }

  /** An encrypted record came; true when with it the handshake is over. */
  encrypted(): boolean {
    if (this.isEstablished || !this.isEncrypted[0] || !this.isEncrypted[1]) return false;
    this.isEstablished = true;
    return true;
  }

  /** Takes a record in clear that is no handshake; says what is wrong when it is none. */
  plain(side: Side, content: number, body: Uint8Array): string | undefined {
    switch (content) {
      case CONTENT.changeCipherSpec:
        // In TLS 1.3 it stands for nothing (RFC 8446 D.4).
        if (!this.#handshake.isTls13) this.isEncrypted[side] = true;
        this.#handshake.changeCipherSpec(side);
        return undefined;
      case CONTENT.alert:
        return this.#alerts(side, body);
      case CONTENT.heartbeat:
        return this.#heartbeat(side, body);
      case CONTENT.applicationData: {
        const facts = this.#handshake.touch();
        if (facts.version !== undefined && !facts.isEstablished) {
          this.#tell.weird("ssl_early_application_data");
        }
        return undefined;
      }
      default:
        return `unknown record type (${content})`;
    }
  }

  /** RFC 6520 4: a request for more than was sent is Heartbleed (CVE-2014-0160). */
  #heartbeat(side: Side, body: Uint8Array): string | undefined {
    if (body.length < 3) return "broken heartbeat";
    this.#handshake.note("b", side);
    const [type, claimed] = [body[0]!, (body[1]! << 8) | body[2]!];
    const { length } = body;
    const sent = length < HEARTBEAT_BYTES_MIN ? length : length - HEARTBEAT_BYTES_MIN;
    if (type === HEARTBEAT_REQUEST && claimed > sent) {
      this.#hasBleedingRequest = true;
      this.#notice(
        "Heartbleed::SSL_Heartbeat_Attack",
        `An TLS heartbleed attack was detected! Record length ${length}. Payload length ${claimed}`,
      );
    } else if (type === HEARTBEAT_REQUEST && this.#handshake.isClient(side)) {
      this.#notice(
        "Heartbleed::SSL_Heartbeat_Attack",
        `Heartbeat request before encryption. Probable Scan without exploit attempt. Message length: ${length}. Payload length: ${claimed}`,
      );
    }
    if (type === HEARTBEAT_RESPONSE && this.#hasBleedingRequest) {
      this.#hasBleedingRequest = false;
      this.#notice(
        "Heartbleed::SSL_Heartbeat_Attack_Success",
        `An TLS heartbleed attack detected before was probably exploited. Message length: ${length}. Payload length: ${claimed}`,
      );
    }
    return undefined;
  }

  /** The same once after the other is one finding. */
  #notice(note: string, message: string): void {
    if (message === this.#lastNotice) return;
    this.#lastNotice = message;
    this.#tell.notice(note, message);
  }

  #alerts(side: Side, body: Uint8Array): string | undefined {
    const maximum = this.#handshake.isTls13 ? 1 : ALERTS_MAX;
    const count = Math.floor(body.length / 2);
    if (body.length > maximum * 2)
      this.#tell.weird("SSL_excessive_alerts_in_record", String(count));
    for (let n = 0; n < Math.min(count, maximum); n++) {
      this.#handshake.alert(body[n * 2 + 1]!, side);
    }
    return body.length % 2 === 1 && body.length < maximum * 2 ? "broken alert" : undefined;
  }
}
