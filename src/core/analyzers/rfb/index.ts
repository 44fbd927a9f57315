import { asciiText, type Protocol, type Recognition } from "../shared/index.ts";
import { RfbAnalyzer, type RfbShared } from "./rfb-analyzer.ts";
import { rfbSchema } from "./rfb-events.ts";

/** Remote framebuffer, the protocol of VNC (RFC 6143). */
export const rfb: Protocol = {
  name: "rfb",
  logs: [rfbSchema],
  recognises: recogniseRfb,
  start: ({ log, limit }) => {
    const shared: RfbShared = {
      log: log(rfbSchema),
      messageBytes: limit("rfb.messageBytes", 65_536),
    };
    return { open: (conversation) => new RfbAnalyzer(conversation, shared) };
  },
};

const VERSION_BYTES = 12;

/** Each side begins with its version: `RFB 003.008` and a newline. */
function recogniseRfb(head: Uint8Array): Recognition {
  const text = asciiText(head.subarray(0, VERSION_BYTES));
  if (!"RFB ".startsWith(text.slice(0, 4))) return "no";
  if (text.length < VERSION_BYTES) return "more";
  return /^RFB [0-9]{3}\.[0-9]{3}\n$/.test(text) ? "yes" : "no";
}
