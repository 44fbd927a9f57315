import type { ProtocolSums } from "../index/index.ts";

/** What runs over one protocol path, with all that runs over that in turn. */
export interface ProtocolNode {
  readonly path: string[];
  flows: number;
  packets: number;
  bytes: number;
}

export interface ProtocolTree {
  /** Each before what runs over it, those with most bytes first. */
  readonly nodes: ProtocolNode[];
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
}

/** Which of a flow's services carries the others: the earlier one here. */
const CARRIERS = [
  ...["gtpv1", "vxlan", "geneve", "teredo", "ayiya", "socks", "rdpeudp", "ssl", "dtls", "quic"],
  ...["http", "http2", "websocket", "smb", "smb1", "smb2", "ldap_tcp", "ldap_udp"],
  ...["dce_rpc", "rdp", "gssapi", "ntlm", "krb", "krb_tcp"],
];

const PATH_SEPARATOR = "\0";

/** Sums of flows as a tree: network, transport, then each flow's services from carrier to carried. */
export function protocolTree(sums: readonly ProtocolSums[]): ProtocolTree {
  const nodes = new Map<string, ProtocolNode>();
  const root: ProtocolNode = { path: [], flows: 0, packets: 0, bytes: 0 };
  for (const sum of sums) {
    const path = pathOf(sum);
    add(root, sum);
    for (let depth = 1; depth <= path.length; depth++) {
      const own = path.slice(0, depth);
      const key = own.join(PATH_SEPARATOR);
      let node = nodes.get(key);
      if (node === undefined) {
        node = { path: own, flows: 0, packets: 0, bytes: 0 };
        nodes.set(key, node);
      }
      add(node, sum);
    }
  }
  const { flows, packets, bytes } = root;
  return { nodes: inOrder(nodes), flows, packets, bytes };
}

function pathOf({ isIpv4, ipProtocol, transport, services }: ProtocolSums): string[] {
  const carried = transport === "unknown_transport" ? `ip proto ${ipProtocol}` : transport;
  const rank = (name: string): number => {
    const at = CARRIERS.indexOf(name);
    return at < 0 ? CARRIERS.length : at;
  };
  const ordered = [...services].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return [isIpv4 ? "ip" : "ipv6", carried, ...ordered];
}

function add(node: ProtocolNode, { flows, packets, bytes }: ProtocolSums): void {
  node.flows += flows;
  node.packets += packets;
  node.bytes += bytes;
}

/** Depth first, among neighbours by bytes. */
function inOrder(nodes: ReadonlyMap<string, ProtocolNode>): ProtocolNode[] {
  const children = new Map<string, ProtocolNode[]>();
  for (const node of nodes.values()) {
    const parent = node.path.slice(0, -1).join(PATH_SEPARATOR);
    const own = children.get(parent);
    if (own === undefined) children.set(parent, [node]);
    else own.push(node);
  }
  const ordered: ProtocolNode[] = [];
  const visit = (key: string): void => {
    const own = children.get(key) ?? [];
    own.sort((a, b) => b.bytes - a.bytes || (a.path.at(-1)! < b.path.at(-1)! ? -1 : 1));
    for (const node of own) {
      ordered.push(node);
      visit(node.path.join(PATH_SEPARATOR));
    }
  };
  visit("");
  return ordered;
}
