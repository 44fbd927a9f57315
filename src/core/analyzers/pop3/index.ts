import type { Protocol, Recognition } from "../shared/index.ts";
import { Pop3Analyzer } from "./pop3-analyzer.ts";

/** POP3 (RFC 1939): recognised by content, its mails are files. */
export const pop3: Protocol = {
  name: "pop3",
  logs: [],
  recognises: (head, side, transport) =>
    transport === "tcp" && side === 1 ? recognisesServer(head) : "no",
  start: ({ files, limit }) => {
    const shared = {
      files,
      lineBytes: limit("pop3.lineBytes", 65_536),
      pendingCommands: limit("pop3.pendingCommands", 10),
      unknownCommands: limit("pop3.unknownCommands", 10),
    };
    return { open: (conversation) => new Pop3Analyzer(conversation, shared) };
  },
};

function recognisesServer(head: Uint8Array): Recognition {
  const greeting = [0x2b, 0x4f, 0x4b];
  const isBegun = greeting.every((byte, n) => n >= head.length || head[n] === byte);
  if (!isBegun) return "no";
  return head.length < greeting.length ? "more" : "yes";
}
