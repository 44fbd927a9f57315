import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** What `direction` says, by number. */
export const SSH_DIRECTIONS = ["INBOUND", "OUTBOUND"] as const;

/** Zeek's ssh log: versions, algorithms, host key, and whether the login seems to have succeeded. */
export const sshSchema: LogSchema = {
  name: "ssh",
  shown: true,
  says: "One row for each SSH connection: software, algorithms, host key, and how the login went.",
  brief: [
    "ts",
    "uid",
    "id.orig_h",
    "id.resp_h",
    "auth_success",
    "auth_attempts",
    "client",
    "server",
    "kex_alg",
    "hassh",
  ],
  fields: [
    ...FLOW_FIELDS,
    field("version", "count", "Major version of the protocol.", { optional: true, width: "u8" }),
    field("auth_success", "bool", "Whether the login succeeded, told from packet sizes.", {
      optional: true,
    }),
    field("auth_attempts", "count", "Attempts to log in that were seen.", { width: "u32" }),
    field("direction", "enum", "Whether a local host was logged into, or logged in elsewhere.", {
      optional: true,
      values: SSH_DIRECTIONS,
    }),
    field("client", "dict", "The client's version string.", { optional: true }),
    field("server", "dict", "The server's version string.", { optional: true }),
    field("cipher_alg", "dict", "Encryption in use.", { optional: true }),
    field("mac_alg", "dict", "Message authentication in use.", { optional: true }),
    field("compression_alg", "dict", "Compression in use.", { optional: true }),
    field("kex_alg", "dict", "Key exchange in use.", { optional: true }),
    field("host_key_alg", "dict", "Algorithm of the server's host key.", { optional: true }),
    field("host_key_fingerprint", "dict", "Beginning of `host_key_sha256`, as Zeek cuts it.", {
      optional: true,
    }),
    field("host_key_sha256", "dict", "SHA-256 of the host key, as ssh-keygen prints it.", {
      optional: true,
      ours: true,
    }),
    field("hassh", "dict", "Fingerprint of the client's algorithms (HASSH).", {
      optional: true,
      ours: true,
    }),
    field("hassh_server", "dict", "Fingerprint of the server's algorithms (HASSHServer).", {
      optional: true,
      ours: true,
    }),
  ],
};
