import type { Protocol, Recognition, Transport } from "../shared/index.ts";
import { DceRpcAnalyzer, type DceRpcShared } from "./dce-rpc-analyzer.ts";
import { dceRpcSchema } from "./dce-rpc-events.ts";
import { HEADER_BYTES, looksLikePdu, parseHeader } from "./dce-rpc-parser.ts";
import { InterfaceNames } from "./interface-names.ts";
import { RemoteWatch } from "./remote-watch.ts";

/** DCE/RPC (C706, MS-RPCE) on TCP and on named pipes. */
export const dceRpc: Protocol = {
  name: "dce_rpc",
  logs: [dceRpcSchema],
  tcpPorts: [135],
  recognises: recogniseDceRpc,
  start: ({ log, limit }) => {
    const shared: DceRpcShared = {
      log: log(dceRpcSchema),
      names: new InterfaceNames(),
      contexts: limit("dce_rpc.contexts", 512),
      reassemblies: limit("dce_rpc.reassemblies", 20),
      fragmentBytes: limit("dce_rpc.fragmentBytes", 30_000),
      watch: new RemoteWatch(limit),
      connections: new Map(),
    };
    return { open: (conversation) => new DceRpcAnalyzer(conversation, shared) };
  },
};

/** A whole header that can be one. */
function recogniseDceRpc(head: Uint8Array, _side: number, transport: Transport): Recognition {
  if (transport !== "tcp" || !looksLikePdu(head)) return "no";
  if (head.length < HEADER_BYTES) return "more";
  return parseHeader(head) === undefined ? "no" : "yes";
}
