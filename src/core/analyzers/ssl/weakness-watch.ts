import type { Limit } from "../../base/index.ts";
import type {
  AnalyzerServices,
  Conversation,
  LogWriter,
  SeenCertificate,
} from "../shared/index.ts";
import { VERSION, versionName } from "./tls-names.ts";

/** Shorter keys of RSA, DSA and Diffie-Hellman are weak (NIST SP 800-131A). */
const SAFE_KEY_BITS = 2048;
/** Export ciphers, and RC4 (RFC 7465). */
const UNSAFE_CIPHER = /_EXPORT_|_RC4_/;
const DAY_SECONDS = 86_400;
/** A certificate that expires sooner is told. */
const EXPIRES_SOON_SECONDS = 30 * DAY_SECONDS;

type Teller = Pick<Conversation, "notice" | "now" | "responder" | "responderPort">;

/** Tells what is weak about the TLS of servers that are ours: each weakness of a server once a day. */
export class WeaknessWatch {
  readonly #services: AnalyzerServices;
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #keyBits: Limit;
  /** When it was told, by server and weakness. */
  readonly #told = new Map<string, number>();

  constructor(services: AnalyzerServices, log: LogWriter) {
    this.#services = services;
    this.#log = log;
    this.#keyBits = services.limit("ssl.keyBits", SAFE_KEY_BITS);
    this.#limit = services.limit("ssl.weaknesses", 100_000);
  }

  /** What the server chose. */
  serverHello(teller: Teller, version: number, cipher: string): void {
    if (!this.#services.isAsset(teller.responder)) return;
    if (version < VERSION.tls10) {
      const safe = versionName(VERSION.tls10);
      const message = `Host uses protocol version ${versionName(version)} which is lower than the safe minimum ${safe}`;
      this.#tell(teller, { note: "SSL::Old_Version", message });
    }
    if (UNSAFE_CIPHER.test(cipher)) {
      const message = `Host established connection using unsafe cipher suite ${cipher}`;
      this.#tell(teller, { note: "SSL::Weak_Cipher", message });
    }
  }

  /** The prime of a Diffie-Hellman exchange, and the certificate it is signed with. */
  prime(teller: Teller, bits: number, certificate: SeenCertificate | undefined): void {
    if (!this.#services.isAsset(teller.responder)) return;
    const note = "SSL::Weak_Key";
    if (bits < this.#keyBits.maximum) {
      this.#tell(teller, { note, message: `Host uses weak DH parameters with ${bits} key bits` });
    }
    const keyBits = factorKeyBits(certificate);
    if (keyBits === undefined || keyBits <= bits) return;
    const message = `DH key length of ${bits} bits is smaller certificate key length of ${keyBits} bits`;
    this.#tell(teller, { note, message });
  }

  /** The handshake is done; `certificate` is the server's own. */
  established(teller: Teller, certificate: SeenCertificate | undefined): void {
    if (certificate === undefined || !this.#services.isAsset(teller.responder)) return;
    const keyBits = factorKeyBits(certificate);
    if (keyBits !== undefined && keyBits < this.#keyBits.maximum) {
      this.#tell(teller, {
        note: "SSL::Weak_Key",
        message: `Host uses weak certificate with ${keyBits} bit key`,
        sub: `Subject: ${certificate.subject}`,
        fileDescription: `Fingerprint: ${certificate.fingerprint ?? "not computed"}`,
      });
    }
    this.#validity(teller, certificate);
  }

  #validity(teller: Teller, { subject, notBefore, notAfter }: SeenCertificate): void {
    const now = this.#log.secondsOf(teller.now);
    if (notBefore > now) {
      const message = `Certificate ${subject} isn't valid until ${timeText(notBefore)}`;
      this.#tell(teller, { note: "SSL::Certificate_Not_Valid_Yet", message });
    } else if (notAfter < now) {
      const message = `Certificate ${subject} expired at ${timeText(notAfter)}`;
      this.#tell(teller, { note: "SSL::Certificate_Expired", message });
    } else if (notAfter - EXPIRES_SOON_SECONDS < now) {
      const message = `Certificate ${subject} is going to expire at ${timeText(notAfter)}`;
      this.#tell(teller, { note: "SSL::Certificate_Expires_Soon", message });
    }
  }

  #tell(
    teller: Teller,
    weakness: { note: string; message: string; sub?: string; fileDescription?: string },
  ): void {
    const { note, message, sub, fileDescription } = weakness;
    const key = `${teller.responder.join()} ${teller.responderPort} ${message}`;
    const before = this.#told.get(key);
    if (before !== undefined && teller.now - before < DAY_SECONDS * 1e9) return;
    if (before === undefined && this.#told.size >= this.#limit.maximum) {
      this.#limit.reached++;
      return;
    }
    this.#told.set(key, teller.now);
    teller.notice(note, message, sub, { fileDescription, suppressSeconds: DAY_SECONDS });
  }
}

/** Bits of a key whose strength lies in factors or logarithms; what is safe for curves is another matter. */
function factorKeyBits(certificate: SeenCertificate | undefined): number | undefined {
  const isFactor = certificate?.keyType === "rsa" || certificate?.keyType === "dsa";
  return isFactor ? certificate.keyBits : undefined;
}

/** As Zeek prints times in sentences. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return date
    .toISOString()
    .replace("T", "-")
    .replace(/\.(\d+)Z$/, ".$1000000");
}
