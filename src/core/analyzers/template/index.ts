import type { Protocol, Recognition } from "../shared/index.ts";
import { TemplateAnalyzer } from "./template-analyzer.ts";
import { templateSchema } from "./template-events.ts";

/** A protocol of lines, to begin a new analyzer from: `npm run new-analyzer NAME` copies this folder. */
export const template: Protocol = {
  name: "template",
  logs: [templateSchema],
  tcpPorts: [65_535],
  recognises,
  start: ({ log, limit }) => {
    const shared = {
      log: log(templateSchema),
      lineBytes: limit("template.lineBytes", 4096),
      pendingQuestions: limit("template.pendingQuestions", 100),
    };
    return { open: (conversation) => new TemplateAnalyzer(conversation, shared) };
  },
};

/** Strict enough that bytes of other protocols are never taken for it. */
function recognises(head: Uint8Array): Recognition {
  const greeting = [0x48, 0x45, 0x4c, 0x4f, 0x20]; // "HELO "
  for (let n = 0; n < greeting.length; n++) {
    if (n === head.length) return "more";
    if (head[n] !== greeting[n]) return "no";
  }
  return "yes";
}
