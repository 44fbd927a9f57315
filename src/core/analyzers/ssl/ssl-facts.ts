import type { CreateDigest } from "../../base/index.ts";
import {
  type ClientHello,
  type Conversation,
  type LogWriter,
  type SeenCertificate,
  type ServerHello,
  TLS_EXTENSION,
} from "../shared/index.ts";
import { type Ja4Carrier, ja3, ja3s, ja4 } from "./fingerprints.ts";
import { cipherName, curveName, versionName } from "./tls-names.ts";

/** Letters of a handshake's history that are kept, as in Zeek. */
const HISTORY_MAX = 100;
/** Extensions of all hellos of one handshake that are listed. */
const EXTENSIONS_MAX = 1000;
/** Certificates of one side that are listed. */
export const CHAIN_MAX = 64;

/** What is known of a handshake so far: becomes its row. */
export class SslFacts {
  readonly time: number;
  version: number | undefined;
  cipher: number | undefined;
  curve: number | undefined;
  serverName: string | undefined;
  isResumed = false;
  lastAlert: string | undefined;
  nextProtocol: string | undefined;
  isEstablished = false;
  history = "";
  /** A hello with the magic number of a retry came; the message's letter is still to be written. */
  isRetry = false;
  hasTicketWithoutId = false;
  hasKeyExchange = false;
  hasPsk = false;
  sessionId = "";
  serverChain: (SeenCertificate | undefined)[] | undefined;
  clientChain: (SeenCertificate | undefined)[] | undefined;
  clientHello: ClientHello | undefined;
  serverHello: ServerHello | undefined;
  clientExtensions: number[] | undefined;
  serverExtensions: number[] | undefined;
  ticketLifetime: number | undefined;
  dhBits: number | undefined;
  #fingerprints: { ja3?: string; ja3s?: string; ja4?: string } = {};

  constructor(time: number) {
    this.time = time;
  }

  /** Adds a letter, upper case when the client sent it; true when that was the last that fits. */
  note(letter: string, isClient: boolean): boolean {
    if (this.history.length >= HISTORY_MAX) return false;
    this.history += isClient ? letter.toUpperCase() : letter;
    return this.history.length === HISTORY_MAX;
  }

  /** Keeps a ClientHello; the fingerprint is the first one's. */
  keepClientHello(hello: ClientHello, carrier: Ja4Carrier, digests?: CreateDigest): void {
    if (digests !== undefined && this.#fingerprints.ja4 === undefined) {
      this.#fingerprints.ja3 = ja3(hello, digests);
      this.#fingerprints.ja4 = ja4(hello, carrier, digests);
    }
    this.clientHello = hello;
    this.clientExtensions = withExtensions(this.clientExtensions, hello);
  }

  keepServerHello(hello: ServerHello, digests?: CreateDigest): void {
    if (digests !== undefined) this.#fingerprints.ja3s = ja3s(hello, digests);
    this.serverHello = hello;
    this.serverExtensions = withExtensions(this.serverExtensions, hello);
  }

  write(log: LogWriter, conversation: Conversation, secrets: string | undefined): void {
    const host = this.serverChain?.[0];
    const client = this.clientChain?.[0];
    const { serverName } = this;
    log
      .row(this.time, conversation)
      .text("secrets", secrets)
      .text("version", this.version === undefined ? undefined : versionName(this.version))
      .text("cipher", this.cipher === undefined ? undefined : cipherName(this.cipher))
      .text("curve", this.curve === undefined ? undefined : curveName(this.curve))
      .text("server_name", serverName)
      .bool("resumed", this.isResumed)
      .text("last_alert", this.lastAlert)
      .text("next_protocol", this.nextProtocol)
      .bool("established", this.isEstablished)
      .text("ssl_history", this.history === "" ? undefined : this.history)
      .list("cert_chain_fps", fingerprintsOf(this.serverChain))
      .list("client_cert_chain_fps", fingerprintsOf(this.clientChain))
      .bool("sni_matches_cert", serverName === undefined ? undefined : host?.isFor(serverName))
      .text("ja3", this.#fingerprints.ja3)
      .text("ja3s", this.#fingerprints.ja3s)
      .text("ja4", this.#fingerprints.ja4)
      .text("subject", host?.subject)
      .text("issuer", host?.issuer)
      .text("client_subject", client?.subject)
      .text("client_issuer", client?.issuer)
      .list("ssl_client_exts", this.clientExtensions?.map(String))
      .list("ssl_server_exts", this.serverExtensions?.map(String))
      .count("ticket_lifetime_hint", this.ticketLifetime)
      .count("dh_param_size", this.dhBits);
    if (this.clientHello !== undefined) writeClientHello(log, this.clientHello);
    if (this.serverHello !== undefined) writeServerHello(log, this.serverHello);
  }
}

function withExtensions(
  before: number[] | undefined,
  hello: ClientHello | ServerHello,
): number[] | undefined {
  const added = hello.extensions.map(({ type }) => type);
  if (added.length === 0) return before;
  return [...(before ?? []), ...added].slice(0, EXTENSIONS_MAX);
}

function fingerprintsOf(
  chain: readonly (SeenCertificate | undefined)[] | undefined,
): string[] | undefined {
  return chain?.flatMap((certificate) => certificate?.fingerprint ?? []);
}

function writeClientHello(log: LogWriter, hello: ClientHello): void {
  const has = (type: number) => hello.extensions.some((extension) => extension.type === type);
  const listed = (type: number, values: readonly number[]) =>
    has(type) ? values.map(String) : undefined;
  const schemes = hello.signatureAlgorithms;
  const outer = hello.ech?.isInner ? undefined : hello.ech;
  log
    .count("client_version", hello.version)
    .list("client_ciphers", hello.ciphers.map(String))
    .list("client_comp_methods", [...hello.compressions].map(String))
    .list("point_formats", listed(TLS_EXTENSION.pointFormats, hello.pointFormats))
    .list("client_curves", listed(TLS_EXTENSION.supportedGroups, hello.groups))
    .list("orig_alpn", has(TLS_EXTENSION.alpn) ? hello.alpn : undefined)
    .list(
      "client_supported_versions",
      listed(TLS_EXTENSION.supportedVersions, hello.supportedVersions),
    )
    .list("psk_key_exchange_modes", listed(TLS_EXTENSION.pskModes, hello.pskModes))
    .list("client_key_share_groups", listed(TLS_EXTENSION.keyShare, hello.keyShareGroups))
    .list(
      "sigalgs",
      listed(
        TLS_EXTENSION.signatureAlgorithms,
        schemes.map((scheme) => scheme & 0xff),
      ),
    )
    .list(
      "hashalgs",
      listed(
        TLS_EXTENSION.signatureAlgorithms,
        schemes.map((scheme) => scheme >> 8),
      ),
    )
    .count("ech_kdf_id", outer?.kdf)
    .count("ech_aead_id", outer?.aead);
}

function writeServerHello(log: LogWriter, hello: ServerHello): void {
  log
    .count("server_version", hello.version)
    .count("server_supported_version", hello.supportedVersions[0])
    .count("server_key_share_group", hello.keyShareGroups[0]);
}
