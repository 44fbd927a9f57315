import type { Protocol } from "../shared/index.ts";
import { ModbusAnalyzer } from "./modbus-analyzer.ts";
import { modbusSchema } from "./modbus-events.ts";

/** Modbus over TCP (MODBUS Messaging on TCP/IP 1.0b). */
export const modbus: Protocol = {
  name: "modbus",
  logs: [modbusSchema],
  tcpPorts: [502],
  start: ({ log }) => {
    const rows = log(modbusSchema);
    return { open: (conversation) => new ModbusAnalyzer(conversation, rows) };
  },
};
