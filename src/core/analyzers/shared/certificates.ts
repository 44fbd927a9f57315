import type { Conversation } from "./conversation.ts";

/** A certificate as it travelled over a flow. */
export interface CertificateStart {
  /** DER (X.690). */
  readonly der: Uint8Array;
  /** True for the first of a chain: it stands for the host itself. */
  readonly isHost: boolean;
  /** True when the client sent it. */
  readonly isClient: boolean;
}

/** What is known of a certificate that was read. */
export interface SeenCertificate {
  /** SHA-256 of its DER in hexadecimal; undefined where no digests were given. */
  readonly fingerprint: string | undefined;
  readonly subject: string;
  readonly issuer: string;
  readonly keyType: string | undefined;
  readonly keyBits: number | undefined;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it is made out to that name (RFC 6125 6.4). */
  isFor(host: string): boolean;
}

/** Reads certificates of all protocols and writes the `x509` log. */
export interface CertificateAnalysis {
  /** Undefined when it cannot be read; a weird then says so. */
  see(conversation: Conversation, start: CertificateStart): SeenCertificate | undefined;
}
