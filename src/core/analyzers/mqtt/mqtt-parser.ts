import { bytesToText, type Recognition, type Side } from "../shared/index.ts";

/** Types of control packets (MQTT 5.0 2.1.2). */
export const MQTT_TYPE = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
} as const;

const TYPE_LAST = 15;
const VERSIONS: ReadonlyMap<number, string> = new Map([
  [3, "3.1"],
  [4, "3.1.1"],
  [5, "5.0"],
]);
const QOS_NAMES: readonly string[] = ["at most once", "at least once", "exactly once"];
const RETURN_CODES: readonly string[] = [
  "Connection Accepted",
  "Refused: unacceptable protocol version",
  "Refused: identifier rejected",
  "Refused: server unavailable",
  "Refused: bad user name or password",
  "Refused: not authorized",
];

export function versionName(version: number): string {
  return VERSIONS.get(version) ?? `unknown-version-${version}`;
}

export function qosName(qos: number): string {
  return QOS_NAMES[qos] ?? `unknown-qos-level-${qos}`;
}

export function returnCodeName(code: number): string {
  return RETURN_CODES[code] ?? `unknown-return-code-${code}`;
}

/** The fixed header of a control packet. */
export interface MqttHeader {
  readonly type: number;
  readonly flags: number;
  readonly headerBytes: number;
  /** Of what follows the header. */
  readonly bodyBytes: number;
}

/** Reads a fixed header (MQTT 5.0 2.1); `undefined` when it is none. */
export function parseMqttHeader(bytes: Uint8Array): MqttHeader | "incomplete" | undefined {
  if (bytes.length === 0) return "incomplete";
  const type = bytes[0]! >> 4;
  const flags = bytes[0]! & 15;
  if (!areFlagsRight(type, flags)) return undefined;
  const length = readVariable(bytes, 1);
  if (typeof length !== "object") return length;
  return { type, flags, headerBytes: length.end, bodyBytes: length.value };
}

/** Flags have one value for each type but PUBLISH (MQTT 5.0 2.1.3). */
function areFlagsRight(type: number, flags: number): boolean {
  switch (type) {
    case 0:
      return false;
    case MQTT_TYPE.publish:
      return (flags & 6) !== 6;
    case MQTT_TYPE.pubrel:
    case MQTT_TYPE.subscribe:
    case MQTT_TYPE.unsubscribe:
      // Version 3.1 let the duplicate flag and more be set.
      return (flags & 7) === 2;
    default:
      return flags === 0 && type <= TYPE_LAST;
  }
}

/** A variable byte integer: at most four bytes of seven bits (MQTT 5.0 1.5.5). */
function readVariable(
  bytes: Uint8Array,
  at: number,
): { value: number; end: number } | "incomplete" | undefined {
  let value = 0;
  for (let n = 0; n < 4; n++) {
    const byte = bytes[at + n];
    if (byte === undefined) return "incomplete";
    value += (byte & 127) * 128 ** n;
    if (byte < 128) return { value, end: at + n + 1 };
  }
  return undefined;
}

/** Reads what a control packet's body holds; what is missing sets `short`. */
export class MqttReader {
  readonly bytes: Uint8Array;
  position = 0;
  short = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  u8(): number {
    return this.take(1)[0] ?? 0;
  }

  u16(): number {
    const bytes = this.take(2);
    return bytes.length < 2 ? 0 : (bytes[0]! << 8) | bytes[1]!;
  }

  /** Bytes behind their length. */
  string(): Uint8Array {
    return this.take(this.u16());
  }

  take(length: number): Uint8Array {
    if (length > this.remaining) {
      this.short = true;
      this.position = this.bytes.length;
      return NOTHING;
    }
    const start = this.position;
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }

  /** Properties (MQTT 5.0 2.2.2) are passed over. */
  properties(version: number): void {
    if (version < 5) return;
    const length = readVariable(this.bytes, this.position);
    if (typeof length !== "object") this.short = true;
    else {
      this.position = length.end;
      this.take(length.value);
    }
  }
}

const NOTHING = new Uint8Array(0);
/** Of a topic that is kept; it may be 64 KiB long. */
const TOPIC_BYTES_MAX = 4096;

/** A topic for a row. */
export function topicText(bytes: Uint8Array): string {
  return bytesToText(bytes.subarray(0, TOPIC_BYTES_MAX));
}

/** What a client says of itself (MQTT 5.0 3.1). */
export interface MqttConnect {
  readonly protocolName: string;
  readonly version: number;
  readonly clientId: string;
  readonly willTopic: string | undefined;
  readonly willPayload: string | undefined;
  readonly username: string | undefined;
}

const WILL_FLAG = 0x04;
const USERNAME_FLAG = 0x80;

/** Reads a CONNECT's body, but for its password. */
export function parseConnect(body: Uint8Array): MqttConnect | undefined {
  const reader = new MqttReader(body);
  const protocolName = bytesToText(reader.string());
  const version = reader.u8();
  const flags = reader.u8();
  reader.u16();
  reader.properties(version);
  const clientId = bytesToText(reader.string());
  let willTopic: string | undefined;
  let willPayload: string | undefined;
  if ((flags & WILL_FLAG) !== 0) {
    reader.properties(version);
    willTopic = bytesToText(reader.string());
    willPayload = bytesToText(reader.string());
  }
  const username = (flags & USERNAME_FLAG) !== 0 ? bytesToText(reader.string()) : undefined;
  if (reader.short || !protocolName.startsWith("MQ")) return undefined;
  return { protocolName, version, clientId, willTopic, willPayload, username };
}

/** A CONNECT with a name and a version that there is. */
export function recogniseMqtt(head: Uint8Array, side: Side): Recognition {
  if (side === 1 || (head.length > 0 && head[0] !== 0x10)) return "no";
  const header = parseMqttHeader(head);
  if (header === "incomplete") return "more";
  if (header === undefined) return "no";
  for (const name of NAMES) {
    const length = Math.min(name.length, head.length - header.headerBytes);
    let n = 0;
    while (n < length && head[header.headerBytes + n] === name.charCodeAt(n)) n++;
    if (n < length) continue;
    const version = head[header.headerBytes + name.length];
    if (version === undefined) return "more";
    return VERSIONS.has(version) ? "yes" : "no";
  }
  return "no";
}

const NAMES: readonly string[] = ["\0\x04MQTT", "\0\x06MQIsdp"];
