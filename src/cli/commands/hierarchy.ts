import type { Command } from "commander";
import type { OutputOf, operations } from "../../api/index.ts";
import { addQuestionCommand } from "../question-command.ts";
import { tableText } from "../text.ts";

type Answer = OutputOf<typeof operations.hierarchy>;

const EXAMPLES = `
Examples:
  holdfast hierarchy
  holdfast hierarchy 'host 10.4.22.45' --json

Counted are connections: a service's line has all packets of the connections in which it was
recognised, handshakes and acknowledgements too, where Wireshark's Protocol Hierarchy counts the
packets that the protocol's dissector saw. A connection with several services counts under the one
that carries the others. A packet in a tunnel counts in the connection inside and the one outside;
what is in no connection, such as ARP, is not counted.`;

export function addHierarchyCommand(program: Command): void {
  addQuestionCommand(program, {
    name: "hierarchy",
    description: "what ran over what: connections, packets and bytes by protocol, as a tree",
    examples: EXAMPLES,
    json: (answer) => [answer],
    text: (answer) => (answer.nodes.length > 0 ? hierarchyText(answer) : ""),
    found: ({ flows }) => ({ count: flows, text: `${flows} connections` }),
  });
}

function hierarchyText({ nodes }: Answer): string {
  const rows = nodes.map(({ path, flows, packets, bytes }) => [
    `${"  ".repeat(path.length - 1)}${path.at(-1)}`,
    String(flows),
    String(packets),
    String(bytes),
  ]);
  return tableText(["protocol", "flows", "packets", "bytes"], rows);
}
