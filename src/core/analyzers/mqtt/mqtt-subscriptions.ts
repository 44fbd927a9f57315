import type { Limit } from "../../base/index.ts";
import type { Conversation, LogWriter } from "../shared/index.ts";
import { type MqttPlace, PENDING_NANOSECONDS } from "./mqtt-deliveries.ts";
import { MQTT_TYPE, type MqttReader, topicText } from "./mqtt-parser.ts";

interface Request {
  readonly time: number;
  readonly isSubscribe: boolean;
  readonly topics: readonly string[];
  readonly levels: readonly string[] | undefined;
}

/** The low bits of an option byte (MQTT 5.0 3.8.3.1). */
const QOS_BITS = 3;

/** Subscriptions asked for or given up over one flow, until the server answers. */
export class MqttSubscriptions {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #topicLimit: Limit;
  readonly #pending = new Map<number, Request>();

  constructor(
    conversation: Conversation,
    about: { subscribes: LogWriter; pending: Limit; topics: Limit },
  ) {
    this.#conversation = conversation;
    this.#log = about.subscribes;
    this.#limit = about.pending;
    this.#topicLimit = about.topics;
  }

  /** SUBSCRIBE or UNSUBSCRIBE (MQTT 5.0 3.8, 3.10); false when it is broken. */
  ask(reader: MqttReader, { side, header, position }: MqttPlace, version: number): boolean {
    this.#expire();
    const isSubscribe = header.type === MQTT_TYPE.subscribe;
    const identifier = reader.u16();
    reader.properties(version);
    const topics: string[] = [];
    const levels: string[] = [];
    while (reader.remaining > 0 && !reader.short) {
      const topic = reader.string();
      const options = isSubscribe ? reader.u8() : 0;
      if (topics.length >= this.#topicLimit.maximum) {
        this.#topicLimit.reached++;
        break;
      }
      topics.push(topicText(topic));
      levels.push(String(version < 5 ? options : options & QOS_BITS));
    }
    if (reader.short) return false;
    this.#conversation.trace?.mark("mqtt_subscribe", "topics", side, position, header.bodyBytes);
    this.#pending.delete(identifier);
    if (this.#pending.size >= this.#limit.maximum) {
      this.#limit.reached++;
      this.#give(this.#pending.keys().next().value!);
    }
    const request = { isSubscribe, topics, levels: isSubscribe ? levels : undefined };
    this.#pending.set(identifier, { time: this.#conversation.now, ...request });
    return true;
  }

  /** SUBACK or UNSUBACK; false when it is broken. */
  answer(reader: MqttReader, type: number, version: number): boolean {
    this.#expire();
    const identifier = reader.u16();
    if (type === MQTT_TYPE.suback) reader.properties(version);
    const granted = type === MQTT_TYPE.suback ? reader.u8() : undefined;
    if (reader.short) return false;
    const request = this.#pending.get(identifier);
    if (request === undefined) return true;
    this.#pending.delete(identifier);
    this.#write(request, { isAnswered: true, granted });
    return true;
  }

  end(): void {
    for (const request of this.#pending.values()) this.#write(request, { isAnswered: false });
    this.#pending.clear();
  }

  #expire(): void {
    for (const [identifier, { time }] of this.#pending) {
      if (this.#conversation.now - time < PENDING_NANOSECONDS) return;
      this.#give(identifier);
    }
  }

  #give(identifier: number): void {
    const request = this.#pending.get(identifier);
    this.#pending.delete(identifier);
    if (request !== undefined) this.#write(request, { isAnswered: false });
  }

  #write(request: Request, answer: { isAnswered: boolean; granted?: number | undefined }): void {
    this.#log
      .row(request.time, this.#conversation)
      .enum("action", request.isSubscribe ? 0 : 1)
      .list("topics", request.topics)
      .list("qos_levels", request.levels)
      .count("granted_qos_level", answer.granted)
      .bool("ack", answer.isAnswered);
  }
}
