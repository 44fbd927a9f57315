export type { PacketRecord, PacketSink } from "./packet-record.ts";
