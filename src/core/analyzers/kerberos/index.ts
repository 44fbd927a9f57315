import type { Protocol, Recognition, Side, Transport } from "../shared/index.ts";
import { KerberosAnalyzer, type KerberosShared } from "./kerberos-analyzer.ts";
import { kerberosSchema } from "./kerberos-events.ts";

/**
 * Kerberos 5 (RFC 4120). Opened by `inner`, each `data` is one whole message without a length before
 * it, as GSS-API carries them.
 */
export const kerberos: Protocol = {
  name: "kerberos",
  logs: [kerberosSchema],
  tcpPorts: [88],
  udpPorts: [88],
  recognises: recogniseKerberos,
  start: ({ log, limit, createDigest, certificates, files }) => {
    const shared: KerberosShared = {
      log: log(kerberosSchema),
      createDigest,
      certificates,
      files,
      messageBytes: limit("kerberos.messageBytes", 262_144),
    };
    return { open: (conversation) => new KerberosAnalyzer(conversation, shared) };
  },
};

/** Version and message number of a request (AS, TGS) and of a reply or an error, and where they lie. */
const REQUEST = [0xa1, 3, 2, 1, 5, 0xa2, 3, 2, 1] as const;
const REPLY = [0xa0, 3, 2, 1, 5, 0xa1, 3, 2, 1] as const;
/** Bytes of two headers with lengths of up to four bytes, and of what is looked for behind them. */
const LOOKED_AT = 21;

function recogniseKerberos(head: Uint8Array, _side: Side, transport: Transport): Recognition {
  const start = transport === "tcp" ? 4 : 0;
  if (head.length <= start) return "more";
  const tag = head[start]!;
  const isRequest = tag === 0x6a || tag === 0x6c;
  if (!isRequest && tag !== 0x6b && tag !== 0x6d && tag !== 0x7e) return "no";
  const wanted = isRequest ? REQUEST : REPLY;
  for (let first = 1; first <= 4; first++) {
    if (head[start + 1 + first] !== 0x30) continue;
    for (let second = 1; second <= 4; second++) {
      const at = start + 2 + first + second;
      if (wanted.every((byte, n) => head[at + n] === byte)) return "yes";
    }
  }
  return head.length < start + LOOKED_AT ? "more" : "no";
}
