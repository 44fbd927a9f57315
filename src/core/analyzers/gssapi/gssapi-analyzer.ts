import type { CarriedOutcome, Conversation, Session, Side } from "../shared/index.ts";
import { kerberosMessage, parseNegToken } from "./spnego.ts";

const STATE_ACCEPTED = 0;
const STATE_INCOMPLETE = 1;
/** What every message of NTLM begins with (MS-NLMP 2.2.1). */
const NTLM_FIRST_BYTES = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50];

/** GSS-API's negotiation (RFC 4178) inside whatever carries it; each `data` is one whole token. */
export class GssapiAnalyzer implements Session {
  readonly #conversation: Conversation;
  #ntlm: Session | undefined;
  #kerberos: Session | undefined;
  #hasKerberos = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (isNtlm(bytes)) {
      this.#toNtlm(side, bytes, position);
      return;
    }
    const token = parseNegToken(bytes);
    if (token === undefined) {
      // A mechanism may speak without a negotiation.
      this.#toKerberos(side, bytes, position);
      return;
    }
    this.#conversation.confirm("gssapi");
    const { state, mechToken } = token;
    if (state !== undefined && state !== STATE_INCOMPLETE) {
      this.#ntlm?.outcome?.({ success: state === STATE_ACCEPTED });
    }
    if (mechToken === undefined) return;
    const inner = bytes.subarray(mechToken.start, mechToken.end);
    if (isNtlm(inner)) this.#toNtlm(side, inner, position + mechToken.start);
    else this.#toKerberos(side, inner, position + mechToken.start);
  }

  outcome(outcome: CarriedOutcome): void {
    this.#ntlm?.outcome?.(outcome);
  }

  end(): void {
    this.#ntlm?.end?.();
    this.#kerberos?.end?.();
  }

  #toNtlm(side: Side, message: Uint8Array, position: number): void {
    this.#ntlm ??= this.#conversation.inner("ntlm");
    this.#ntlm?.data(side, message, position);
  }

  #toKerberos(side: Side, token: Uint8Array, position: number): void {
    const place = kerberosMessage(token);
    if (place === undefined) return;
    this.#conversation.confirm("krb");
    if (!this.#hasKerberos) {
      this.#hasKerberos = true;
      this.#kerberos = this.#conversation.inner("kerberos", "gssapi");
    }
    // One whole message at a time.
    const message = token.subarray(place.start, place.end);
    this.#kerberos?.data(side, message, position + place.start);
  }
}

function isNtlm(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && NTLM_FIRST_BYTES.every((byte, n) => bytes[n] === byte);
}
