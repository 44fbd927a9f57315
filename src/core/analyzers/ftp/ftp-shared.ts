import type { Limit } from "../../base/index.ts";
import type { LogWriter } from "../shared/index.ts";
import type { DataChannels } from "./data-channels.ts";

/** What all control connections share. */
export interface FtpShared {
  readonly log: LogWriter;
  readonly commandsLog: LogWriter;
  readonly channels: DataChannels;
  readonly lineBytes: Limit;
  readonly commandBytes: Limit;
  readonly pendingCommands: Limit;
  readonly userBytes: Limit;
  readonly passwordBytes: Limit;
  readonly argumentBytes: Limit;
  readonly replyBytes: Limit;
}

/** Commands that Zeek logs. */
export const LOGGED: ReadonlySet<string> = new Set([
  "APPE",
  "DELE",
  "RETR",
  "STOR",
  "STOU",
  "ACCT",
  "PORT",
  "PASV",
  "EPRT",
  "EPSV",
]);
/** Commands whose argument names a file or folder. */
export const ABOUT_FILES: ReadonlySet<string> = new Set(
  [
    "APPE",
    "CWD",
    "DELE",
    "MKD",
    "RETR",
    "RMD",
    "RNFR",
    "RNTO",
    "STOR",
    "STOU",
    "REST",
    "SIZE",
  ].concat("MDTM"),
);
/** Users whose password is no secret. */
export const GUESTS: ReadonlySet<string> = new Set(["anonymous", "ftp", "ftpuser", "guest"]);
