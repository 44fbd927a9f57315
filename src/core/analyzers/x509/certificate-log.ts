import type { CreateDigest, Limit } from "../../base/index.ts";
import {
  type AnalyzerServices,
  type CertificateAnalysis,
  type CertificateStart,
  type Conversation,
  hexText,
  type LogWriter,
  type SeenCertificate,
} from "../shared/index.ts";
import { isMadeOutTo } from "./host-match.ts";
import { x509Schema } from "./x509-events.ts";
import { type Certificate, parseCertificate } from "./x509-parser.ts";

/** A certificate is written again after a day, as in Zeek. */
const WRITTEN_AGAIN_AFTER = 86_400e9;
/** Seconds since 1970 that a column of nanoseconds can hold: 2262. */
const TIME_MAX = 9_223_372_036;
/** Certificates that are kept read; servers send the same few again and again. */
const KEPT_MAX = 512;

/** Reads certificates and writes the `x509` log, each certificate once a day and role. */
export class CertificateLog implements CertificateAnalysis {
  readonly #limit: Limit;
  readonly #log: LogWriter;
  readonly #createDigest: CreateDigest | undefined;
  /** When a certificate was written, by digest and role. */
  readonly #written = new Map<string, number>();
  readonly #kept = new Map<string, Certificate>();

  constructor(services: Pick<AnalyzerServices, "log" | "createDigest" | "limit">) {
    this.#log = services.log(x509Schema);
    this.#createDigest = services.createDigest;
    this.#limit = services.limit("x509.knownCertificates", 100_000);
  }

  see(conversation: Conversation, start: CertificateStart): SeenCertificate | undefined {
    const whole = this.#digest(start.der);
    const kept = whole === undefined ? undefined : this.#kept.get(whole);
    const certificate = kept ?? parseCertificate(start.der);
    if (certificate === undefined) {
      conversation.weird("x509_cert_parse_error");
      return undefined;
    }
    if (whole !== undefined && kept === undefined) this.#keep(whole, certificate);
    const hasRest = certificate.length < start.der.length;
    const fingerprint = hasRest ? this.#digest(start.der.subarray(0, certificate.length)) : whole;
    if (this.#isNew(fingerprint, start, conversation.now)) {
      this.#write(conversation, certificate, { ...start, fingerprint });
    }
    return {
      fingerprint,
      subject: certificate.subject.text,
      issuer: certificate.issuer.text,
      keyType: certificate.key.type,
      keyBits: certificate.key.bits,
      notBefore: certificate.notBefore,
      notAfter: certificate.notAfter,
      isFor: (host) => isMadeOutTo(certificate, host),
    };
  }

  #digest(der: Uint8Array): string | undefined {
    const digest = this.#createDigest?.("sha256");
    digest?.update(der);
    return digest && hexText(digest.digest());
  }

  #keep(key: string, certificate: Certificate): void {
    if (this.#kept.size >= KEPT_MAX) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    this.#kept.set(key, certificate);
  }

  #isNew(fingerprint: string | undefined, role: CertificateStart, now: number): boolean {
    if (fingerprint === undefined) return true;
    const key = `${fingerprint}${role.isHost ? "h" : ""}${role.isClient ? "c" : ""}`;
    const before = this.#written.get(key);
    if (before !== undefined && now - before < WRITTEN_AGAIN_AFTER) return false;
    if (before === undefined && this.#written.size >= this.#limit.maximum) this.#limit.reached++;
    else this.#written.set(key, now);
    return true;
  }

  #write(
    conversation: Conversation,
    certificate: Certificate,
    role: CertificateStart & { readonly fingerprint: string | undefined },
  ): void {
    const { key, san, basicConstraints } = certificate;
    this.#log
      .bareRow(conversation.now)
      .uid("uid", conversation)
      .text("fingerprint", role.fingerprint)
      .count("certificate.version", Math.min(255, certificate.version))
      .text("certificate.serial", certificate.serial)
      .text("certificate.subject", certificate.subject.text)
      .text("certificate.issuer", certificate.issuer.text)
      .statedTime("certificate.not_valid_before", Math.min(certificate.notBefore, TIME_MAX))
      .statedTime("certificate.not_valid_after", Math.min(certificate.notAfter, TIME_MAX))
      .text("certificate.key_alg", certificate.keyAlgorithm)
      .text("certificate.sig_alg", certificate.signatureAlgorithm)
      .text("certificate.tbs_sig_alg", certificate.tbsSignatureAlgorithm)
      .text("certificate.key_type", key.type)
      .count("certificate.key_length", key.bits)
      .text("certificate.exponent", key.exponent)
      .text("certificate.curve", key.curve)
      .list("san.dns", some(san?.dns))
      .list("san.uri", some(san?.uri))
      .list("san.email", some(san?.email))
      .list("san.ip", some(san?.ip))
      .bool("basic_constraints.ca", basicConstraints?.ca)
      .count("basic_constraints.path_len", basicConstraints?.pathLength)
      .bool("host_cert", role.isHost)
      .bool("client_cert", role.isClient);
  }
}

function some(names: readonly string[] | undefined): readonly string[] | undefined {
  return names === undefined || names.length === 0 ? undefined : names;
}
