import type { Protocol } from "../shared/index.ts";
import { MysqlAnalyzer, type MysqlShared } from "./mysql-analyzer.ts";
import { mysqlSchema } from "./mysql-events.ts";

/** MySQL's client/server protocol. */
export const mysql: Protocol = {
  name: "mysql",
  logs: [mysqlSchema],
  tcpPorts: [1434, 3306],
  start: ({ log, limit, software }) => {
    const shared: MysqlShared = {
      log: log(mysqlSchema),
      software,
      packetBytes: limit("mysql.packetBytes", 262_144),
    };
    return { open: (conversation) => new MysqlAnalyzer(conversation, shared) };
  },
};
