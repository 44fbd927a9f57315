import { DEFAULT_SERVER_PORTS, type ServerPortList } from "../../../src/core/flow/index.ts";
import type { CaseJson } from "../corpus.ts";

/** Ports that a protocol's scripts add to the likely servers, by the name of their folder. */
const PORTS: Record<string, { tcp?: number[]; udp?: number[] }> = {
  "dce-rpc": { tcp: [135] },
  dhcp: { udp: [67, 4011] },
  dnp3: { tcp: [20000], udp: [20000] },
  dns: { tcp: [53], udp: [53, 137, 5353, 5355] },
  finger: { tcp: [79] },
  ftp: { tcp: [21, 2811] },
  http: { tcp: [80, 81, 631, 1080, 3128, 8000, 8080, 8888] },
  imap: { tcp: [143] },
  irc: { tcp: [6666, 6667, 6668, 6669] },
  krb: { tcp: [88], udp: [88] },
  ldap: { tcp: [389, 3268], udp: [389] },
  modbus: { tcp: [502] },
  mqtt: { tcp: [1883] },
  mysql: { tcp: [1434, 3306] },
  ntp: { udp: [123] },
  postgresql: { tcp: [5432] },
  radius: { udp: [1812] },
  rdp: { tcp: [3389], udp: [3389] },
  redis: { tcp: [6379] },
  sip: { udp: [5060] },
  smb: { tcp: [139, 445] },
  smtp: { tcp: [25, 587] },
  snmp: { udp: [161, 162] },
  socks: { tcp: [1080] },
  ssh: { tcp: [22] },
  ssl: { tcp: [443, 465, 563, 585, 614, 636, 989, 990, 992, 993, 995, 5223], udp: [443] },
  syslog: { tcp: [514], udp: [514] },
  xmpp: { tcp: [5222, 5269] },
};

/** Packet protocols that the source loads even when it is bare. */
const ALWAYS = { tcp: [] as number[], udp: [5072, 6081, 4754, 2152, 2123, 3544, 4789] };

/** The likely server ports that the source had in this case, by what it had loaded. */
export function zeekServerPorts(caseJson: CaseJson): ServerPortList {
  const added = settingsPorts((caseJson.options.peer_settings ?? []) as string[]);
  if (caseJson.options.peer_mode !== "bare") {
    return {
      tcp: [...DEFAULT_SERVER_PORTS.tcp, ...added.tcp],
      udp: [...DEFAULT_SERVER_PORTS.udp, ...added.udp],
    };
  }
  const tcp = [...ALWAYS.tcp, ...added.tcp];
  const udp = [...ALWAYS.udp, ...added.udp];
  for (const script of (caseJson.options.peer_loads ?? []) as string[]) {
    const name = /protocols\/([a-z0-9-]+)/.exec(script)?.[1] ?? "";
    tcp.push(...(PORTS[name]?.tcp ?? []));
    udp.push(...(PORTS[name]?.udp ?? []));
  }
  return { tcp, udp };
}

function settingsPorts(settings: readonly string[]): { tcp: number[]; udp: number[] } {
  const tcp: number[] = [];
  const udp: number[] = [];
  for (const setting of settings) {
    if (!setting.includes("likely_server_ports")) continue;
    for (const [, port, transport] of setting.matchAll(/(\d+)\/(tcp|udp)/g)) {
      (transport === "tcp" ? tcp : udp).push(Number(port));
    }
  }
  return { tcp, udp };
}
