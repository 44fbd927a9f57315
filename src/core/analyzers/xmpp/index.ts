import { asciiText, type Protocol, type Recognition } from "../shared/index.ts";
import { XmppAnalyzer } from "./xmpp-analyzer.ts";

/** XMPP (RFC 6120): recognised, and followed into TLS. */
export const xmpp: Protocol = {
  name: "xmpp",
  logs: [],
  tcpPorts: [5222, 5269],
  recognises: (head, _, transport) => (transport === "tcp" ? recogniseStream(head) : "no"),
  start: () => ({ open: (conversation) => new XmppAnalyzer(conversation) }),
};

/** A stream's first tag, perhaps behind a declaration. */
function recogniseStream(head: Uint8Array): Recognition {
  if (head[0] !== 0x3c && head[0] !== 10 && head[0] !== 13 && head[0] !== 32) return "no";
  const text = asciiText(head.subarray(0, 1024));
  const declaration = /^<\?xml[^?>]{0,256}\?>/.exec(text)?.[0] ?? "";
  const stream = text.slice(declaration.length).trimStart();
  const begin = "<stream:stream ";
  if (stream.length < begin.length) {
    return begin.startsWith(stream) || "<?xml".startsWith(text.slice(0, 5)) ? "more" : "no";
  }
  if (!stream.startsWith(begin)) return "no";
  const tag = stream.slice(0, (stream.indexOf(">") + 1 || stream.length + 1) - 1);
  if (tag.includes("xmlns='jabber:")) return "yes";
  return stream.includes(">") ? "no" : "more";
}
