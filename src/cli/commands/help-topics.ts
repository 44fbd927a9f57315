import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";

const TOPICS: Readonly<Record<string, string>> = {
  query: `The query language. Every example runs on the demonstration incident.

  Who and where        host 10.4.22.45          src host 10.4.22.77        net 10.4.22.0/24
                       net 10.4.22.0 mask 255.255.255.0                    vlan 12
  Which service        port 443                 dst port 1-1024            tcp   udp   icmp   ip proto 47
  When                 after 2026-03-10T02:00:00Z        before 3h ago      (with --relative-to end)
                       between 2026-03-10T01:55:00Z and 2026-03-10T02:10:00Z
  Fields               conn.orig_bytes > 10MB   conn.duration >= 5m        conn.conn_state in {S0, REJ}
                       id.resp_h == 203.0.113.0/24       id.resp_p in {80, 443, 8000-8999}
                       conn.history ~ "^ShA"    has conn.vlan              uid == C…   community_id == "1:…"
  Together             and && or || not ! ( )

  "a or b and c" is read differently by different tools, so Holdfast asks for parentheses.
  Sizes: B kB MB GB, KiB MiB GiB. Times: ns us ms s m h d.`,
  evidence: `What makes it evidence, and how to check it without Holdfast.

  Every import is kept bit for bit as a segment: <id>.head and <id>.body together are one age file
    cat vault/<id>.head vault/<id>.body | age -d -i keys/vault.identity | zstd -d | sha256sum
  gives the digest that the ledger's segment.seal entry states.
  A sealed object is one age file: age -d -i keys/vault.identity vault/attachments/<id>.age | zstd -d | sha256sum
  gives the digest of its attachment.seal entry (holdfast attachments lists them).
  The ledger is append-only and signed. holdfast verify checks ledger and vault in both directions;
  scripts/verifier/verify.mjs does the same with public keys only, in one file without dependencies.
  Keep a checkpoint elsewhere (holdfast ledger --checkpoint): only it can show that the end was cut off.
  Each read of packets is an entry, durable before the first byte leaves: holdfast ledger --type read.packets`,
};

export function addHelpTopics(program: Command): void {
  program.helpCommand(false);
  program
    .command("help")
    .description("help on a command or a topic: query, evidence")
    .argument("[topic]")
    .action((topic: string | undefined) => {
      if (topic === undefined) return program.outputHelp();
      const text = TOPICS[topic];
      if (text !== undefined) return console.log(text);
      const command = program.commands.find((c) => c.name() === topic);
      if (command) return command.outputHelp();
      console.error(
        `holdfast: there is no help on "${topic}"; topics: ${Object.keys(TOPICS).join(", ")}, and every command`,
      );
      process.exitCode = EXIT_CODES.usage;
    });
}
