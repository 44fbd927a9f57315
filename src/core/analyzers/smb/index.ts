import type { Protocol, Recognition, Transport } from "../shared/index.ts";
import { beginsMessage, SmbAnalyzer } from "./smb-analyzer.ts";
import { smbCommandSchema, smbFilesSchema, smbMappingSchema, smbSchema } from "./smb-events.ts";
import { StatusNames } from "./smb-names.ts";
import type { SmbShared } from "./smb-state.ts";

/** SMB 1 to 3.1.1 (MS-CIFS, MS-SMB2), over TCP or NetBIOS. */
export const smb: Protocol = {
  name: "smb",
  logs: [smbSchema, smbMappingSchema, smbFilesSchema, smbCommandSchema],
  tcpPorts: [139, 445],
  recognises: recogniseSmb,
  start: ({ log, limit, files }) => {
    const shared: SmbShared = {
      mapping: log(smbMappingSchema),
      files: log(smbFilesSchema),
      commands: log(smbCommandSchema),
      connections: log(smbSchema),
      statuses: new StatusNames(),
      limits: {
        messageBytes: limit("smb.messageBytes", 9_000_000),
        heldBytes: limit("smb.heldBytes", 268_435_456),
        pendingMessages: limit("smb.pendingMessages", 1000),
        openFiles: limit("smb.openFiles", 4096),
        trees: limit("smb.trees", 1000),
        pipes: limit("smb.pipes", 1000),
        recentFiles: limit("smb.recentFiles", 1000),
        commandRows: limit("smb.commandRows", 1000),
        andxDepth: limit("smb.andxDepth", 10),
        compounds: limit("smb.compounds", 1000),
        fileNames: limit("smb.fileNames", 100),
      },
      held: 0,
    };
    return { open: (conversation) => new SmbAnalyzer(conversation, shared, files) };
  },
};

function recogniseSmb(head: Uint8Array, _side: number, transport: Transport): Recognition {
  if (transport !== "tcp") return "no";
  if (head.length < 8) return head.length < 5 || head[4]! >= 0xfe ? "more" : "no";
  return beginsMessage(head) ? "yes" : "no";
}
