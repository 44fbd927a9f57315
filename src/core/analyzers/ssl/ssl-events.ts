import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const optional = { optional: true } as const;
const ours = { optional: true, ours: true } as const;
const counts = { optional: true, ours: true, items: "count" } as const;
const small = { optional: true, ours: true, width: "u16" } as const;

/** Zeek's ssl log: TLS and DTLS handshakes, with what Zeek's extended log adds and fingerprints. */
export const sslSchema: LogSchema = {
  name: "ssl",
  shown: true,
  says: "TLS, DTLS and SSL handshakes: who was asked for, what was agreed, which certificates.",
  brief: [
    "ts",
    "uid",
    "id.orig_h",
    "id.resp_h",
    "id.resp_p",
    "version",
    "cipher",
    "server_name",
    "established",
    "ja4",
  ],
  fields: [
    ...FLOW_FIELDS,
    field("version", "dict", "Version that the server chose.", optional),
    field("cipher", "dict", "Cipher suite that the server chose.", optional),
    field("curve", "dict", "Group or curve of the key exchange.", optional),
    field("server_name", "text", "Host that the client asked for (SNI).", optional),
    field("resumed", "bool", "Keys of an earlier session were used again."),
    field("last_alert", "dict", "Last alert in clear.", optional),
    field(
      "next_protocol",
      "dict",
      "Application protocol that the server chose in clear.",
      optional,
    ),
    field("established", "bool", "The handshake came to its end."),
    field("ssl_history", "text", "Letters for the messages, upper case for the client.", optional),
    field("cert_chain_fps", "list", "SHA-256 of the server's certificates.", optional),
    field("client_cert_chain_fps", "list", "SHA-256 of the client's certificates.", optional),
    field("sni_matches_cert", "bool", "The certificate is made out to the host.", optional),
    field("ja3", "dict", "JA3 fingerprint of the client.", ours),
    field("ja3s", "dict", "JA3S fingerprint of the server.", ours),
    field("ja4", "dict", "JA4 fingerprint of the client.", ours),
    field("subject", "text", "Subject of the server's certificate.", ours),
    field("issuer", "dict", "Issuer of the server's certificate.", ours),
    field("client_subject", "text", "Subject of the client's certificate.", ours),
    field("client_issuer", "dict", "Issuer of the client's certificate.", ours),
    field("server_version", "count", "Version in the ServerHello, as a number.", small),
    field("client_version", "count", "Version in the ClientHello, as a number.", small),
    field("client_ciphers", "list", "Cipher suites offered.", counts),
    field("ssl_client_exts", "list", "Extensions of the client.", counts),
    field("ssl_server_exts", "list", "Extensions of the server.", counts),
    field("ticket_lifetime_hint", "count", "Seconds that a session ticket is good for.", {
      optional: true,
      ours: true,
      width: "u32",
    }),
    field("dh_param_size", "count", "Bits of the Diffie-Hellman prime.", small),
    field("point_formats", "list", "Point formats offered.", counts),
    field("client_curves", "list", "Groups and curves offered.", counts),
    field("orig_alpn", "list", "Application protocols offered.", ours),
    field("client_supported_versions", "list", "Versions offered.", counts),
    field("server_supported_version", "count", "Version chosen by extension, as a number.", small),
    field("psk_key_exchange_modes", "list", "Modes of pre-shared keys offered.", counts),
    field("client_key_share_groups", "list", "Groups that the client sent keys for.", counts),
    field("server_key_share_group", "count", "Group that the server sent a key for.", small),
    field("client_comp_methods", "list", "Compression methods offered.", counts),
    field("sigalgs", "list", "Second bytes of the signature schemes offered.", counts),
    field("hashalgs", "list", "First bytes of the signature schemes offered.", counts),
    field("ech_kdf_id", "count", "Key derivation of an encrypted ClientHello.", small),
    field("ech_aead_id", "count", "Cipher of an encrypted ClientHello.", small),
    field(
      "secrets",
      "dict",
      "Where TLS secrets were given: found, partial, none (of this connection), or cipher not read.",
      ours,
    ),
  ],
};
