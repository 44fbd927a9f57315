import type { Protocol } from "../shared/index.ts";
import { MqttAnalyzer } from "./mqtt-analyzer.ts";
import { mqttConnectSchema, mqttPublishSchema, mqttSubscribeSchema } from "./mqtt-events.ts";
import { recogniseMqtt } from "./mqtt-parser.ts";

/** MQTT 3.1, 3.1.1 and 5.0. */
export const mqtt: Protocol = {
  name: "mqtt",
  logs: [mqttConnectSchema, mqttSubscribeSchema, mqttPublishSchema],
  tcpPorts: [1883],
  recognises: (head, side, transport) => (transport === "udp" ? "no" : recogniseMqtt(head, side)),
  start: ({ log, limit }) => {
    const shared = {
      connects: log(mqttConnectSchema),
      publishes: log(mqttPublishSchema),
      subscribes: log(mqttSubscribeSchema),
      messageBytes: limit("mqtt.messageBytes", 131_072),
      pending: limit("mqtt.pending", 256),
      topics: limit("mqtt.topics", 256),
    };
    return { open: (conversation) => new MqttAnalyzer(conversation, shared) };
  },
};
