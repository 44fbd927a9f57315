import type { Limit } from "../../base/index.ts";
import { bytesToText, type Conversation, type LogWriter, type Side } from "../shared/index.ts";
import { MQTT_TYPE, type MqttHeader, type MqttReader, qosName, topicText } from "./mqtt-parser.ts";

/** Of a message that is kept (Zeek's MQTT::max_payload_size). */
const PAYLOAD_BYTES_MAX = 100;
/** Nanoseconds after which a message is written as it stands, as with Zeek. */
export const PENDING_NANOSECONDS = 5e9;

/** Where a message stands in its stream, and its header. */
export interface MqttPlace {
  readonly side: Side;
  readonly header: MqttHeader;
  readonly position: number;
}

interface Delivery {
  readonly time: number;
  readonly side: Side;
  readonly isRetained: boolean;
  readonly qos: number;
  readonly topic: string;
  readonly payload: string;
  readonly payloadBytes: number;
  /** Acknowledgements of the surest delivery that were seen. */
  isReceived: boolean;
  isReleased: boolean;
}

/** Messages published over one flow, until they are acknowledged as their level asks. */
export class MqttDeliveries {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #pending = new Map<number, Delivery>();

  constructor(conversation: Conversation, about: { publishes: LogWriter; pending: Limit }) {
    this.#conversation = conversation;
    this.#log = about.publishes;
    this.#limit = about.pending;
  }

  /** A PUBLISH (MQTT 5.0 3.3); false when it is broken. */
  publish(reader: MqttReader, { side, header, position }: MqttPlace, version: number): boolean {
    this.#expire();
    const qos = (header.flags & 6) >> 1;
    const topic = topicText(reader.string());
    const topicEnd = reader.position;
    const identifier = qos === 0 ? 0 : reader.u16();
    reader.properties(version);
    if (reader.short) return false;
    const payloadBytes = header.bodyBytes - reader.position;
    const payload = bytesToText(reader.take(Math.min(reader.remaining, PAYLOAD_BYTES_MAX)));
    const { trace, now } = this.#conversation;
    trace?.mark("mqtt_publish", "topic", side, position, topicEnd);
    trace?.mark(
      "mqtt_publish",
      "payload",
      side,
      position + header.bodyBytes - payloadBytes,
      payloadBytes,
    );
    const delivery: Delivery = {
      time: now,
      side,
      isRetained: (header.flags & 1) !== 0,
      qos,
      topic,
      payload,
      payloadBytes,
      isReceived: false,
      isReleased: false,
    };
    if (qos === 0) this.#write(delivery, "ok");
    else this.#await(identifier, delivery);
    return true;
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
  acknowledge(type: number, identifier: number): void {
    this.#expire();
    const delivery = this.#pending.get(identifier);
    if (delivery === undefined) return;
    const { qos, isReceived, isReleased } = delivery;
    if (type === MQTT_TYPE.pubrec) delivery.isReceived = true;
    else if (type === MQTT_TYPE.pubrel) delivery.isReleased = true;
    else {
      const isDone = type === MQTT_TYPE.puback ? qos === 1 : qos === 2 && isReceived && isReleased;
      if (!isDone) return;
      this.#pending.delete(identifier);
      this.#write(delivery, "ok");
    }
  }

  end(): void {
    for (const delivery of this.#pending.values()) this.#write(delivery, "incomplete_qos");
    this.#pending.clear();
  }

  #await(identifier: number, delivery: Delivery): void {
    // The same number again is a repetition: the newer is what counts, and comes last.
    this.#pending.delete(identifier);
    if (this.#pending.size >= this.#limit.maximum) {
      this.#limit.reached++;
      this.#give(this.#pending.keys().next().value!);
    }
    this.#pending.set(identifier, delivery);
  }

  /** The oldest come first. */
  #expire(): void {
    for (const [identifier, { time }] of this.#pending) {
      if (this.#conversation.now - time < PENDING_NANOSECONDS) return;
      this.#give(identifier);
    }
  }

  #give(identifier: number): void {
    const delivery = this.#pending.get(identifier);
    this.#pending.delete(identifier);
    if (delivery !== undefined) this.#write(delivery, "incomplete_qos");
  }

  #write(delivery: Delivery, status: string): void {
    this.#log
      .row(delivery.time, this.#conversation)
      .bool("from_client", delivery.side === 0)
      .bool("retain", delivery.isRetained)
      .text("qos", qosName(delivery.qos))
      .text("status", status)
      .text("topic", delivery.topic)
      .text("payload", delivery.payload)
      .count("payload_len", delivery.payloadBytes);
  }
}
