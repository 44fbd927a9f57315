import {
  asciiText,
  type Protocol,
  type Recognition,
  type Side,
  type Transport,
} from "../shared/index.ts";
import { PostgresqlAnalyzer, type PostgresqlShared } from "./postgresql-analyzer.ts";
import { postgresqlSchema } from "./postgresql-events.ts";
import {
  bigEndian32,
  CANCEL_BYTES,
  CANCEL_REQUEST,
  MAJOR_VERSION,
  TLS_REQUEST,
} from "./postgresql-parser.ts";

/** PostgreSQL's frontend/backend protocol, version 3. */
export const postgresql: Protocol = {
  name: "postgresql",
  logs: [postgresqlSchema],
  tcpPorts: [5432],
  recognises: recognisePostgresql,
  start: ({ log, limit }) => {
    const shared: PostgresqlShared = {
      log: log(postgresqlSchema),
      messageBytes: limit("postgresql.messageBytes", 262_144),
    };
    return { open: (conversation) => new PostgresqlAnalyzer(conversation, shared) };
  },
};

/** The parameter that every startup has, mostly as its first. */
const USER = "user\0";
const STARTUP_BYTES_MAX = 2048;

/** A client's first message: a request for TLS or to cancel, or a startup with a user. */
function recognisePostgresql(head: Uint8Array, side: Side, transport: Transport): Recognition {
  if (side === 1 || transport === "udp") return "no";
  if (head.length < 8) return head[0] === 0 || head.length === 0 ? "more" : "no";
  const length = bigEndian32(head, 0);
  const version = bigEndian32(head, 4);
  if (length === CANCEL_BYTES && version === CANCEL_REQUEST) return "yes";
  if (length === 8) return version === TLS_REQUEST ? "yes" : "no";
  if (version >>> 16 !== MAJOR_VERSION || length < 16 || length > STARTUP_BYTES_MAX) return "no";
  if (asciiText(head.subarray(8, Math.min(length, 272))).includes(USER)) return "yes";
  return head.length < Math.min(length, 272) ? "more" : "no";
}
