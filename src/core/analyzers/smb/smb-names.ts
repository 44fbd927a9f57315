import { STATUS_NAMES } from "./status-names.ts";

/** Commands of SMB 2 by number (MS-SMB2 2.2.1). */
export const SMB2_COMMANDS = [
  "NEGOTIATE_PROTOCOL",
  "SESSION_SETUP",
  "LOGOFF",
  "TREE_CONNECT",
  "TREE_DISCONNECT",
  "CREATE",
  "CLOSE",
  "FLUSH",
  "READ",
  "WRITE",
  "LOCK",
  "IOCTL",
  "CANCEL",
  "ECHO",
  "QUERY_DIRECTORY",
  "CHANGE_NOTIFY",
  "QUERY_INFO",
  "SET_INFO",
  "OPLOCK_BREAK",
] as const;

const SMB1_COMMANDS = named(`
00 CREATE_DIRECTORY 01 DELETE_DIRECTORY 02 OPEN 03 CREATE 04 CLOSE 05 FLUSH 06 DELETE 07 RENAME
08 QUERY_INFORMATION 09 SET_INFORMATION 0a READ 0b WRITE 0c LOCK_BYTE_RANGE 0d UNLOCK_BYTE_RANGE
0e CREATE_TEMPORARY 0f CREATE_NEW 10 CHECK_DIRECTORY 11 PROCESS_EXIT 12 SEEK 13 LOCK_AND_READ
14 WRITE_AND_UNLOCK 1a READ_RAW 1b READ_MPX 1c READ_MPX_SECONDARY 1d WRITE_RAW 1e WRITE_MPX
1f WRITE_MPX_SECONDARY 20 WRITE_COMPLETE 21 QUERY_SERVER 22 SET_INFORMATION2 23 QUERY_INFORMATION2
24 LOCKING_ANDX 25 TRANSACTION 26 TRANSACTION_SECONDARY 27 IOCTL 28 IOCTL_SECONDARY 29 COPY 2a MOVE
2b ECHO 2c WRITE_AND_CLOSE 2d OPEN_ANDX 2e READ_ANDX 2f WRITE_ANDX 30 NEW_FILE_SIZE
31 CLOSE_AND_TREE_DISC 32 TRANSACTION2 33 TRANSACTION2_SECONDARY 34 FIND_CLOSE2 35 FIND_NOTIFY_CLOSE
70 TREE_CONNECT 71 TREE_DISCONNECT 72 NEGOTIATE 73 SESSION_SETUP_ANDX 74 LOGOFF_ANDX
75 TREE_CONNECT_ANDX 80 QUERY_INFORMATION_DISK 81 SEARCH 82 FIND 83 FIND_UNIQUE 84 FIND_CLOSE
a0 NT_TRANSACT a1 NT_TRANSACT_SECONDARY a2 NT_CREATE_ANDX a4 NT_CANCEL a5 NT_RENAME
c0 OPEN_PRINT_FILE c1 WRITE_PRINT_FILE c2 CLOSE_PRINT_FILE c3 GET_PRINT_QUEUE d8 READ_BULK
d9 WRITE_BULK da WRITE_BULK_DATA`);
const TRANSACTIONS = named(`01 SET_NMPIPE_STATE 11 RAW_READ_NMPIPE 21 QUERY_NMPIPE_STATE
22 QUERY_NMPIPE_INFO 23 PEEK_NMPIPE 26 TRANSACT_NMPIPE 31 RAW_WRITE_NMPIPE 36 READ_NMPIPE
37 WRITE_NMPIPE 53 WAIT_NMPIPE 54 CALL_NMPIPE`);
const TRANSACTIONS2 = named(`0 OPEN2 1 FIND_FIRST2 2 FIND_NEXT2 3 QUERY_FS_INFORMATION
4 SET_FS_INFORMATION 5 QUERY_PATH_INFORMATION 6 SET_PATH_INFORMATION 7 QUERY_FILE_INFORMATION
8 SET_FILE_INFORMATION 9 FSCTL a IOCTL b FIND_NOTIFY_FIRST c FIND_NOTIFY_NEXT d CREATE_DIRECTORY
e SESSION_SETUP 10 GET_DFS_REFERRAL 11 REPORT_DFS_INCONSISTENCY`);
const DIALECTS = named("202 2.0.2 210 2.1 300 3.0 302 3.0.2 311 3.1.1 2ff 2.1+");
const DISPOSITIONS = [
  "FILE_SUPERSEDE",
  "FILE_OPEN",
  "FILE_CREATE",
  "FILE_OPEN_IF",
  "FILE_OVERWRITE",
  "FILE_OVERWRITE_IF",
];
const CIPHERS = named("1 AES-128-CCM 2 AES-128-GCM 3 AES-256-CCM 4 AES-256-GCM");
const COMPRESSIONS = named("0 none 1 LZNT1 2 LZ77 3 LZ77+Huffman 4 Pattern_V1 5 LZ4");

/** A command of SMB 1 by number (MS-CIFS 2.2.2.1). */
export function smb1CommandName(command: number): string {
  return SMB1_COMMANDS.get(command) ?? `unknown-${command}`;
}

export function smb2CommandName(command: number): string {
  return SMB2_COMMANDS[command] ?? `unknown-${command}`;
}

/** What a transaction of SMB 1 does (MS-CIFS 2.2.2.2). */
export function transactionName(code: number): string {
  return TRANSACTIONS.get(code) ?? `unknown-trans-sub-cmd-${code}`;
}

export function transaction2Name(code: number): string {
  return TRANSACTIONS2.get(code) ?? `unknown-trans2-sub-cmd-${code}`;
}

/** A dialect of SMB 2 and 3 (MS-SMB2 2.2.4). */
export function dialectName(revision: number): string {
  return DIALECTS.get(revision) ?? `unknown-${revision}`;
}

/** A cipher of a negotiate context (MS-SMB2 2.2.3.1.2). */
export function cipherName(id: number): string {
  return CIPHERS.get(id) ?? `unknown-${id}`;
}

/** A compression of a negotiate context (MS-SMB2 2.2.3.1.3). */
export function compressionName(id: number): string {
  return COMPRESSIONS.get(id) ?? `unknown-${id}`;
}

/** What is done with a file that is there, or is not (MS-SMB2 2.2.13). */
export function dispositionName(disposition: number): string {
  return DISPOSITIONS[disposition] ?? `unknown-${disposition}`;
}

/** What a tree shares (MS-SMB2 2.2.10). */
export function shareTypeName(type: number): string {
  return ["", "DISK", "PIPE", "PRINT"][type] || `unknown-${type}`;
}

/** Names of status values, read from their table when the first is asked for. */
export class StatusNames {
  #names: ReadonlyMap<number, string> | undefined;

  of(status: number): string {
    if (status === 0) return "SUCCESS";
    this.#names ??= named(STATUS_NAMES);
    return this.#names.get(status) ?? `unknown-${status}`;
  }
}

function named(pairs: string): ReadonlyMap<number, string> {
  const words = pairs.trim().split(/\s+/);
  const names = new Map<number, string>();
  for (let n = 0; n + 1 < words.length; n += 2)
    names.set(Number.parseInt(words[n]!, 16), words[n + 1]!);
  return names;
}
