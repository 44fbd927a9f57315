import { asciiText, type Protocol, type Recognition } from "../shared/index.ts";
import { GuessWatch } from "../shared/notice/index.ts";
import { SshAnalyzer, type SshShared } from "./ssh-analyzer.ts";
import { sshSchema } from "./ssh-events.ts";
import { KEXINIT_LISTS } from "./ssh-parser.ts";

const LIMITS = {
  kex: "kexAlgorithms",
  hostKey: "hostKeyAlgorithms",
  cipherToServer: "ciphers",
  cipherToClient: "ciphers",
  macToServer: "macs",
  macToClient: "macs",
  compressionToServer: "compressions",
  compressionToClient: "compressions",
  languagesToServer: "languages",
  languagesToClient: "languages",
} as const;

/** SSH (RFC 4253), up to encryption. */
export const ssh: Protocol = {
  name: "ssh",
  logs: [sshSchema],
  tcpPorts: [22],
  recognises: recogniseSsh,
  start: (services) => {
    const { log, limit, createDigest, isLocal, software } = services;
    const byName = new Map(
      [...new Set(Object.values(LIMITS))].map((name) => [name, limit(`ssh.${name}`, 100)]),
    );
    const names = Object.fromEntries(
      KEXINIT_LISTS.map((list) => [list, byName.get(LIMITS[list])!]),
    ) as SshShared["names"];
    const shared: SshShared = {
      log: log(sshSchema),
      createDigest,
      isLocal,
      software,
      guesses: new GuessWatch(services, "ssh", {
        note: "SSH::Password_Guessing",
        threshold: limit("ssh.passwordGuesses", 30),
        windowSeconds: 30 * 60,
        says: (source, failures) =>
          `${source} appears to be guessing SSH passwords (seen in ${failures} connections).`,
      }),
      names,
      messageBytes: limit("ssh.messageBytes", 262_144),
    };
    return { open: (conversation) => new SshAnalyzer(conversation, shared) };
  },
};

/** Only a version says that it is SSH: `SSH-1.` or `SSH-2.`. */
function recogniseSsh(head: Uint8Array): Recognition {
  const text = asciiText(head.subarray(0, 6)).toLowerCase();
  if (!"ssh-".startsWith(text.slice(0, 4))) return "no";
  if (text.length < 6) return "more";
  return /^ssh-[12]\.$/.test(text) ? "yes" : "no";
}
