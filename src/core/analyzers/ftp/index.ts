import type { Protocol, ProtocolRun } from "../shared/index.ts";
import { DataChannels, FtpDataChannel } from "./data-channels.ts";
import { FtpAnalyzer } from "./ftp-analyzer.ts";
import { ftpCommandsSchema, ftpSchema } from "./ftp-events.ts";
import { recognisesServer } from "./ftp-parser.ts";

/** FTP (RFC 959): control connections, and the data channels that they announce. */
export const ftp: Protocol = {
  name: "ftp",
  logs: [ftpSchema, ftpCommandsSchema],
  tcpPorts: [21, 2811],
  announcedService: "ftp-data",
  recognises: (head, side, transport) =>
    transport === "tcp" && side === 1 ? recognisesServer(head) : "no",
  start({ log, limit, files }): ProtocolRun {
    const channels = new DataChannels(limit("ftp.expectedChannels", 100_000));
    const shared = {
      log: log(ftpSchema),
      commandsLog: log(ftpCommandsSchema),
      channels,
      lineBytes: limit("ftp.lineBytes", 65_536),
      commandBytes: limit("ftp.commandBytes", 100),
      pendingCommands: limit("ftp.pendingCommands", 20),
      userBytes: limit("ftp.userBytes", 128),
      passwordBytes: limit("ftp.passwordBytes", 128),
      argumentBytes: limit("ftp.argumentBytes", 4096),
      replyBytes: limit("ftp.replyBytes", 4096),
    };
    return {
      open: (conversation) =>
        channels.isAnnounced(conversation)
          ? new FtpDataChannel(conversation, { files, channels })
          : new FtpAnalyzer(conversation, shared),
    };
  },
};
