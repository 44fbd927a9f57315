import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import { MqttDeliveries } from "./mqtt-deliveries.ts";
import {
  MQTT_TYPE,
  type MqttConnect,
  type MqttHeader,
  MqttReader,
  parseConnect,
  parseMqttHeader,
  returnCodeName,
  versionName,
} from "./mqtt-parser.ts";
import { MqttSubscriptions } from "./mqtt-subscriptions.ts";

/** What all flows of MQTT share. */
export interface MqttShared {
  readonly connects: LogWriter;
  readonly publishes: LogWriter;
  readonly subscribes: LogWriter;
  /** Bytes of one message that are looked at. */
  readonly messageBytes: Limit;
  /** Messages of a flow that wait for their acknowledgement. */
  readonly pending: Limit;
  /** Topics of one message that are kept. */
  readonly topics: Limit;
}

const HEADER_BYTES_MAX = 5;
/** A large piece behind what is held. */
const PIECE_BYTES_MAX = 4 * 65_536;

/** MQTT 3.1 to 5.0 on one flow. */
export class MqttAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: MqttShared;
  readonly #buffers: [StreamBuffer | undefined, StreamBuffer | undefined] = [undefined, undefined];
  /** Bytes of a message that are passed over. */
  readonly #skipped: [number, number] = [0, 0];
  readonly #deliveries: MqttDeliveries;
  readonly #subscriptions: MqttSubscriptions;
  #connect: { said: MqttConnect | undefined; time: number } | undefined;
  #version = 4;
  #isOver = false;

  constructor(conversation: Conversation, shared: MqttShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#deliveries = new MqttDeliveries(conversation, shared);
    this.#subscriptions = new MqttSubscriptions(conversation, shared);
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    const { maximum } = this.#shared.messageBytes;
    const skipped = Math.min(this.#skipped[side], bytes.length);
    this.#skipped[side] -= skipped;
    if (skipped === bytes.length) return;
    this.#buffers[side] ??= new StreamBuffer(maximum + HEADER_BYTES_MAX + PIECE_BYTES_MAX);
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes.subarray(skipped), position + skipped)) {
      this.#stop();
      return;
    }
    while (!this.#isOver && buffer.length > 0) if (!this.#next(side, buffer)) break;
    buffer.keep();
  }

  gap(side: Side, length: number): void {
    // Inside a message that is passed over nothing is lost; elsewhere its beginning cannot be found.
    if (this.#skipped[side] >= length) this.#skipped[side] -= length;
    else this.#stop();
  }

  end(): void {
    this.#deliveries.end();
    this.#subscriptions.end();
  }

  /** Reads the next message; false when more bytes are needed. */
  #next(side: Side, buffer: StreamBuffer): boolean {
    const header = parseMqttHeader(buffer.bytes);
    if (header === "incomplete") return false;
    if (header === undefined) {
      this.#violate("no control packet");
      return false;
    }
    const { messageBytes } = this.#shared;
    const whole = header.headerBytes + header.bodyBytes;
    const looked = Math.min(whole, header.headerBytes + messageBytes.maximum);
    if (buffer.length < looked) return false;
    if (looked < whole) messageBytes.reached++;
    const body = buffer.bytes.subarray(header.headerBytes, looked);
    const position = buffer.position + header.headerBytes;
    if (!this.#message(side, header, { body, position })) {
      this.#violate("broken control packet");
      return false;
    }
    const here = Math.min(whole, buffer.length);
    this.#skipped[side] = whole - here;
    buffer.consume(here);
    return true;
  }

  /** False when the body is not what the type needs. */
  #message(
    side: Side,
    header: MqttHeader,
    { body, position }: { body: Uint8Array; position: number },
  ): boolean {
    const reader = new MqttReader(body);
    const about = { side, header, position };
    switch (header.type) {
      case MQTT_TYPE.connect:
        return this.#onConnect(body, position);
      case MQTT_TYPE.connack:
        return this.#onConnack(reader, position);
      case MQTT_TYPE.publish:
        if (!this.#deliveries.publish(reader, about, this.#version)) return false;
        this.#conversation.confirm("mqtt");
        return true;
      case MQTT_TYPE.puback:
      case MQTT_TYPE.pubrec:
      case MQTT_TYPE.pubrel:
      case MQTT_TYPE.pubcomp:
        this.#deliveries.acknowledge(header.type, reader.u16());
        return !reader.short;
      case MQTT_TYPE.subscribe:
      case MQTT_TYPE.unsubscribe:
        return this.#subscriptions.ask(reader, about, this.#version);
      case MQTT_TYPE.suback:
      case MQTT_TYPE.unsuback:
        return this.#subscriptions.answer(reader, header.type, this.#version);
      default:
        return true;
    }
  }

  #onConnect(body: Uint8Array, position: number): boolean {
    const said = parseConnect(body);
    if (said === undefined) return false;
    this.#version = said.version;
    this.#connect ??= { said, time: this.#conversation.now };
    this.#connect.said = said;
    for (const field of ["proto_name", "proto_version", "client_id", "username"]) {
      this.#mark(field, 0, position, body.length);
    }
    this.#conversation.confirm("mqtt");
    return true;
  }

  #onConnack(reader: MqttReader, position: number): boolean {
    reader.u8();
    const code = reader.u8();
    if (reader.short) return false;
    this.#mark("connect_status", 1, position + 1, 1);
    this.#connect ??= { said: undefined, time: this.#conversation.now };
    const { said, time } = this.#connect;
    this.#shared.connects
      .row(time, this.#conversation)
      .text("proto_name", said?.protocolName)
      .text("proto_version", said && versionName(said.version))
      .text("client_id", said?.clientId)
      .text("connect_status", returnCodeName(code))
      .text("will_topic", said?.willTopic)
      .text("will_payload", said?.willPayload)
      .text("username", said?.username);
    return true;
  }

  #mark(field: string, side: Side, position: number, length: number): void {
    this.#conversation.trace?.mark("mqtt_connect", field, side, position, length);
  }

  #violate(reason: string): void {
    this.#stop();
    if (this.#conversation.hasService("mqtt")) return;
    this.end();
    this.#conversation.reject(reason);
  }

  #stop(): void {
    this.#isOver = true;
    for (const buffer of this.#buffers) buffer?.clear();
  }
}
