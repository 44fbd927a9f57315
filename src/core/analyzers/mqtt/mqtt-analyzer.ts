import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
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

/** MQTT 3.1 to 5.0 on one flow. */
export class MqttAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: MqttShared;
  readonly #stream: MessageStream;
  readonly #deliveries: MqttDeliveries;
  readonly #subscriptions: MqttSubscriptions;
  #connect: { said: MqttConnect | undefined; time: number } | undefined;
  #version = 4;

  constructor(conversation: Conversation, shared: MqttShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#deliveries = new MqttDeliveries(conversation, shared);
    this.#subscriptions = new MqttSubscriptions(conversation, shared);
    const heldBytesMax = shared.messageBytes.maximum + HEADER_BYTES_MAX;
    this.#stream = new MessageStream(this, { heldBytesMax });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#stream.data(side, bytes, position);
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  end(): void {
    this.#deliveries.end();
    this.#subscriptions.end();
  }

  /** One control packet: what is longer than its limit is read as far as that goes. */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    const header = parseMqttHeader(bytes);
    if (header === "incomplete") return 0;
    if (header === undefined) return this.#violate("no control packet");
    const { messageBytes } = this.#shared;
    const { headerBytes } = header;
    const whole = headerBytes + header.bodyBytes;
    const looked = Math.min(whole, headerBytes + messageBytes.maximum);
    if (bytes.length < looked) return 0;
    if (looked < whole) messageBytes.reached++;
    const body = bytes.subarray(headerBytes, looked);
    if (this.#message(side, header, { body, position: position + headerBytes })) return whole;
    return this.#violate("broken control packet");
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

  #violate(reason: string): 0 {
    this.#stream.close();
    if (this.#conversation.hasService("mqtt")) return 0;
    this.end();
    this.#conversation.reject(reason);
    return 0;
  }
}
