import type { Piece } from "../conversation.ts";
import { type BugCapture, client, many, overTcp, overUdp, server } from "./bug-capture.ts";

const LOGIN: readonly Piece[] = [
  server("220 files\r\n"),
  client("USER ada\r\n"),
  server("331 password\r\n"),
  client("PASS secret\r\n"),
  server("230 in\r\n"),
];

/** Classes of FTP, TFTP and IRC. */
export const TRANSFER_CAPTURES: readonly BugCapture[] = [
  {
    name: "ftp-endless-command",
    says: "A command of half a megabyte was kept and logged whole.",
    published: "Zeek 5.2.0-dev.357; Suricata 7.0.0-beta1 #5024",
    size: 12_000,
    packets: (size) =>
      overTcp(21, [...LOGIN, client(`${"STOR".repeat(size / 4)} a\r\n`), server("500 no\r\n")]),
    shows: [["weird", { name: "FTP_max_command_length_exceeded" }]],
  },
  {
    name: "ftp-replies-to-one-command",
    says: "Every reply was taken for one to the same long CWD, and the folder's name grew with each.",
    published: "Zeek 6.0.0-dev.611",
    size: 400,
    packets: (size) =>
      overTcp(21, [
        ...LOGIN,
        client(`CWD ${"a/".repeat(500)}\r\n`),
        server("250 there\r\n".repeat(size)),
        client("RETR x\r\n"),
        server("150 comes\r\n226 came\r\n"),
      ]),
    shows: [["ftp", { command: "RETR" }]],
  },
  {
    name: "ftp-reply-of-many-lines",
    says: "Each line of a reply in many lines was matched with every command that waits.",
    published: "Zeek 6.0.0-dev.336; Suricata 7.0.0-beta1 #5244",
    size: 1200,
    packets: (size) =>
      overTcp(21, [
        ...LOGIN,
        client("NOOP\r\n".repeat(15)),
        server(`211-begin\r\n${" 211 x\r\n".repeat(size)}211 end\r\n`),
      ]),
    shows: [["ftp", { user: "ada" }]],
    rowsMax: () => 40,
  },
  {
    name: "ftp-user-of-megabytes",
    says: "A user's name as long as a book stood in every row of its session.",
    published: "Zeek 6.0.0-dev.79",
    size: 80,
    packets: (size) =>
      overTcp(21, [
        server("220 files\r\n"),
        client(`USER ${"u".repeat(20_000)}\r\n`),
        server("230 in\r\n"),
        ...many(size, (n) => [
          client(`RETR f${n}\r\n`),
          server("150 comes\r\n226 came\r\n"),
        ]).flat(),
      ]),
    shows: [
      ["weird", { name: "FTP_user_too_long" }],
      ["ftp", { command: "RETR", arg: "ftp://10.0.0.2/./f0" }],
    ],
    rowsMax: (size) => 2 * size + 20,
  },
  {
    name: "ftp-pasv-flood",
    says: "Data channels that are announced and never opened were expected for ever.",
    published: "Zeek 9.1 (FTP::max_expected_data_channels); Suricata 7.0.0-beta1 #4424",
    size: 200,
    packets: (size) =>
      overTcp(21, [
        ...LOGIN,
        ...many(size, (n) => [
          client("PASV\r\n"),
          server(`227 Entering (10,0,0,2,${20 + (n >> 8)},${n & 255})\r\n`),
        ]).flat(),
      ]),
    shows: [["ftp", { command: "PASV" }]],
    rowsMax: (size) => 3 * size + 20,
  },
  {
    name: "ftp-pending-commands",
    says: "Commands without a reply were all kept, and each reply was looked up among them.",
    published: "Suricata 7.0.0-beta1 #5314",
    size: 1000,
    packets: (size) => overTcp(21, [...LOGIN, client("NOOP\r\n".repeat(size))]),
    shows: [["weird", { name: "FTP_too_many_pending_commands" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "tftp-transfer-flood",
    says: "Requests for transfers that never begin were kept.",
    published: "Suricata 7.0.0-beta1 #4848",
    size: 200,
    packets: (size) =>
      overUdp(
        69,
        many(size, (n) => client(`\0\x01${"n".repeat(300)}${n}\0octet\0`)),
      ),
    shows: [["conn", { service: "tftp" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "irc-endless-line",
    says: "A line without an end was held by every reader that had set no limit.",
    published: "Zeek 9.0.0-dev.567",
    size: 16_000,
    packets: (size) =>
      overTcp(6667, [client(`NICK ada\r\nUSER a b c d\r\nPRIVMSG x :${"y".repeat(size)}`)]),
    shows: [
      ["weird", { name: "contentline_size_exceeded" }],
      ["irc", { nick: "ada" }],
    ],
  },
  {
    name: "irc-dcc-flood",
    says: "Announced file transfers were expected without a limit to their number.",
    published: "Zeek 9.0.0-dev.863",
    size: 1300,
    packets: (size) =>
      overTcp(6667, [
        client("NICK ada\r\nUSER a b c d\r\n"),
        ...many(size, (n) =>
          client(`PRIVMSG bob :\x01DCC SEND f${n} 167772163 ${2000 + n} 99\x01\r\n`),
        ),
      ]),
    shows: [["weird", { name: "irc_max_dcc_expected_transfers_exceeded" }]],
  },
];
