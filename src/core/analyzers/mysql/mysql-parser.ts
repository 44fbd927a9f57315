import { bytesToText } from "../shared/index.ts";

/** Capabilities that change how packets look (MySQL's client/server protocol, capability flags). */
export const CAPABILITY = {
  tls: 0x800,
  pluginAuth: 0x80000,
  deprecateEof: 0x1000000,
  queryAttributes: 0x8000000,
} as const;

/** Commands by number that change what comes next. */
export const COMMAND = {
  quit: 1,
  query: 3,
  fieldList: 4,
  statistics: 9,
  processInfo: 10,
  changeUser: 17,
} as const;

const COMMANDS = [
  "sleep",
  "quit",
  "init_db",
  "query",
  "field_list",
  "create_db",
  "drop_db",
  "refresh",
  "shutdown",
  "statistics",
  "process_info",
  "connect",
  "process_kill",
  "debug",
  "ping",
  "time",
  "delayed_insert",
  "change_user",
  "binlog_dump",
  "table_dump",
  "connect_out",
  "register_slave",
  "stmt_prepare",
  "stmt_execute",
  "stmt_send_long_data",
  "stmt_close",
  "stmt_reset",
  "set_option",
  "stmt_fetch",
  "daemon",
  "binlog_dump_gtid",
  "reset_connection",
] as const;

export function commandName(command: number): string {
  return COMMANDS[command] ?? `unknown-${command}`;
}

/** Reads the protocol's own integers and texts; past the end it is `short` and everything is empty. */
export class MysqlReader {
  readonly bytes: Uint8Array;
  position: number;
  short = false;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** An unsigned integer, lowest byte first. */
  integer(length: number): number {
    const bytes = this.take(length);
    let number = 0;
    for (let n = bytes.length - 1; n >= 0; n--) number = number * 256 + bytes[n]!;
    return number;
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.position) {
      this.short = true;
      this.position = this.bytes.length;
      return this.bytes.subarray(this.position);
    }
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  lengthEncoded(): number {
    const first = this.integer(1);
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.integer(2);
    if (first === 0xfd) return this.integer(3);
    if (first === 0xfe) return this.integer(8);
    return 0;
  }

  untilNul(): Uint8Array {
    const end = this.bytes.indexOf(0, this.position);
    if (end < 0) {
      this.short = true;
      return this.take(this.bytes.length - this.position);
    }
    const text = this.take(end - this.position);
    this.position++;
    return text;
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.position);
  }
}

/** A server's first packet, as far as it matters: version and capabilities; undefined if broken. */
export function parseHandshake(
  payload: Uint8Array,
):
  | { readonly version: number; readonly capabilities: number; readonly server: string }
  | undefined {
  const reader = new MysqlReader(payload);
  const version = reader.integer(1);
  if (version === 9) return { version, capabilities: 0, server: bytesToText(reader.untilNul()) };
  if (version !== 10) return undefined;
  const server = bytesToText(reader.untilNul());
  reader.take(4 + 8 + 1);
  const low = reader.integer(2);
  reader.take(3);
  const high = reader.integer(2);
  return reader.short ? undefined : { version, capabilities: low + high * 65_536, server };
}

/** A client's answer to it; without a user where it asks for TLS. */
export interface HandshakeResponse {
  readonly capabilities: number;
  readonly user: string | undefined;
  readonly userStart: number;
}

export function parseHandshakeResponse(
  payload: Uint8Array,
  version: number,
): HandshakeResponse | undefined {
  const reader = new MysqlReader(payload);
  const capabilities = reader.integer(version === 10 ? 4 : 2);
  if (version === 10) {
    reader.take(4 + 1 + 23);
    if (reader.short) return undefined;
    if ((capabilities & CAPABILITY.tls) !== 0) {
      return { capabilities, user: undefined, userStart: 0 };
    }
  } else reader.take(3);
  const userStart = reader.position;
  const user = bytesToText(reader.untilNul());
  return reader.short ? undefined : { capabilities, user, userStart };
}

/** An error packet behind its mark: the message behind code and state. */
export function errorText(payload: Uint8Array): string | undefined {
  return payload.length < 9 ? undefined : bytesToText(payload.subarray(9));
}

/** Bytes of values of query attributes by their type; others are texts with their length. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 2,
  3: 4,
  4: 4,
  5: 8,
  6: 0,
  8: 8,
  9: 4,
  13: 2,
};
const TIME_TYPES: ReadonlySet<number> = new Set([7, 10, 11, 12]);
/** Attributes of one query. */
const ATTRIBUTES_MAX = 4096;

/** Where a query's text begins behind its attributes (COM_QUERY); undefined if they are broken. */
export function skipQueryAttributes(payload: Uint8Array): number | undefined {
  const reader = new MysqlReader(payload, 1);
  const count = reader.lengthEncoded();
  reader.lengthEncoded();
  if (count > ATTRIBUTES_MAX) return undefined;
  if (count === 0) return reader.position;
  const nulls = reader.take((count + 7) >> 3);
  if (reader.integer(1) !== 1) return undefined;
  const types: number[] = [];
  for (let n = 0; n < count; n++) {
    types.push(reader.integer(1));
    reader.take(1);
    reader.take(reader.lengthEncoded());
    if (reader.short) return undefined;
  }
  for (const [n, type] of types.entries()) {
    if (((nulls[n >> 3]! >> (n & 7)) & 1) !== 0) continue;
    if (TIME_TYPES.has(type)) reader.take(reader.integer(1));
    else reader.take(VALUE_BYTES[type] ?? reader.lengthEncoded());
  }
  return reader.short ? undefined : reader.position;
}
