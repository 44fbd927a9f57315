import { field, type LogSchema } from "../../events/index.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** Zeek's dhcp log: one row for what belongs to one transaction, over however many flows. */
export const dhcpSchema: LogSchema = {
  name: "dhcp",
  shown: true,
  says: "DHCP transactions: who asked for an address, who gave which for how long.",
  fields: [
    field("ts", "time", "When its first message was seen."),
    field("uids", "list", "The flows it was seen in.", { isSet: true }),
    field("client_addr", "addr", "Address of the client.", OPTIONAL),
    field("server_addr", "addr", "Address of the server that gave the lease.", OPTIONAL),
    field("mac", "text", "Hardware address of the client.", OPTIONAL),
    field("host_name", "text", "Name that the client gives itself.", OPTIONAL),
    field("client_fqdn", "text", "Full name that the client gives itself.", OPTIONAL),
    field("domain", "text", "Domain that the server gives.", OPTIONAL),
    field("requested_addr", "addr", "Address that the client asks for.", OPTIONAL),
    field("assigned_addr", "addr", "Address that the server gave.", OPTIONAL),
    field("lease_time", "interval", "For how long it was given.", OPTIONAL),
    field("client_message", "text", "Why the client refused.", OPTIONAL),
    field("server_message", "text", "Why the server refused.", OPTIONAL),
    field("msg_types", "list", "Types of its messages in their order."),
    field("duration", "interval", "From its first message to its last."),
    field("trans_id", "count", "The transaction's number.", { ...OURS, width: "u32" }),
    field("vendor_class", "text", "What the client says it is.", OURS),
    field("routers", "list", "Routers that the server names.", OURS),
    field("dns_servers", "list", "Name servers that the server names.", OURS),
    field("relay_addr", "addr", "Address of a relay between them.", OURS),
  ],
};
