import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's mqtt_connect log: a client's CONNECT with the server's answer. */
export const mqttConnectSchema: LogSchema = {
  name: "mqtt_connect",
  shown: true,
  says: "MQTT clients that connected: who they say they are, and what the server said to that.",
  brief: ["ts", "id.orig_h", "id.resp_h", "proto_version", "client_id", "connect_status"],
  fields: [
    ...FLOW_FIELDS,
    field("proto_name", "dict", "Name of the protocol, as the client says it.", OPTIONAL),
    field("proto_version", "dict", "Version of the protocol.", OPTIONAL),
    field("client_id", "text", "The client's name for itself.", OPTIONAL),
    field("connect_status", "dict", "What the server answered.", OPTIONAL),
    field("will_topic", "text", "Topic of the message sent for it when it is lost.", OPTIONAL),
    field("will_payload", "text", "That message.", OPTIONAL),
    field("username", "text", "Name that it logged on with; its password is not kept.", {
      optional: true,
      ours: true,
    }),
  ],
};

/** Zeek's mqtt_publish log: a message with how its delivery went. */
export const mqttPublishSchema: LogSchema = {
  name: "mqtt_publish",
  shown: true,
  says: "MQTT messages that were published, by clients or to them.",
  brief: ["ts", "id.orig_h", "id.resp_h", "from_client", "topic", "payload", "status"],
  fields: [
    ...FLOW_FIELDS,
    field("from_client", "bool", "Whether the client published it."),
    field("retain", "bool", "Whether the server is to keep it for those who come later."),
    field("qos", "dict", "How surely it is to be delivered."),
    field("status", "dict", "ok, or incomplete_qos where not all acknowledgements were seen."),
    field("topic", "text", "What it is about."),
    field("payload", "text", "Its first 100 bytes."),
    field("payload_len", "count", "How long it is."),
  ],
};

/** Zeek's mqtt_subscribe log: a subscription, or the end of one. */
export const mqttSubscribeSchema: LogSchema = {
  name: "mqtt_subscribe",
  shown: true,
  says: "MQTT topics that clients asked for, or gave up.",
  brief: ["ts", "id.orig_h", "id.resp_h", "action", "topics", "ack"],
  fields: [
    ...FLOW_FIELDS,
    field("action", "enum", "Whether topics were subscribed to, or given up.", {
      values: ["MQTT::SUBSCRIBE", "MQTT::UNSUBSCRIBE"],
    }),
    field("topics", "list", "The topics, or patterns of such."),
    field("qos_levels", "list", "How surely their messages were to be delivered.", {
      optional: true,
      items: "count",
    }),
    field("granted_qos_level", "count", "What the server granted for the first.", {
      optional: true,
      width: "u8",
    }),
    field("ack", "bool", "Whether the server answered."),
  ],
};
