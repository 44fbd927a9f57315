import { field, type LogSchema } from "../../events/index.ts";

const optional = { optional: true } as const;

/** Zeek's x509 log: certificates, each once a day and role. */
export const x509Schema: LogSchema = {
  name: "x509",
  shown: true,
  says: "Certificates that were seen, each once a day for each role.",
  brief: [
    "ts",
    "fingerprint",
    "certificate.subject",
    "certificate.issuer",
    "certificate.not_valid_after",
    "san.dns",
  ],
  fields: [
    field("ts", "time", "When it was seen."),
    field("fingerprint", "text", "SHA-256 of the certificate.", optional),
    field("certificate.version", "count", "Version of the format.", { width: "u8" }),
    field("certificate.serial", "text", "Serial number in hexadecimal."),
    field("certificate.subject", "text", "Whom it names."),
    field("certificate.issuer", "dict", "Who made it."),
    field("certificate.not_valid_before", "time", "Not valid before."),
    field("certificate.not_valid_after", "time", "Not valid after."),
    field("certificate.key_alg", "dict", "Algorithm of the key."),
    field("certificate.sig_alg", "dict", "Algorithm of the signature."),
    field("certificate.key_type", "dict", "Kind of key: rsa, dsa, ecdsa.", optional),
    field("certificate.key_length", "count", "Bits of the key.", { optional: true, width: "u32" }),
    field("certificate.exponent", "dict", "Exponent of an RSA key.", optional),
    field("certificate.curve", "dict", "Curve of an ECDSA key.", optional),
    field("san.dns", "list", "Host names it is also made out to.", optional),
    field("san.uri", "list", "URIs it is also made out to.", optional),
    field("san.email", "list", "Mail addresses it is also made out to.", optional),
    field("san.ip", "list", "Addresses it is also made out to.", optional),
    field("basic_constraints.ca", "bool", "May sign other certificates.", optional),
    field("basic_constraints.path_len", "count", "Certificates that may stand below it.", {
      optional: true,
      width: "u32",
    }),
    field("host_cert", "bool", "Stands for the host itself: the first of its chain."),
    field("client_cert", "bool", "Sent by a client."),
    field("certificate.tbs_sig_alg", "dict", "Algorithm that the signed part names.", {
      optional: true,
      ours: true,
    }),
    field("uid", "uid", "The flow it was seen in.", { ours: true }),
  ],
};
