const GROUPS: readonly (readonly [title: string, logs: readonly string[]])[] = [
  ["Flows", ["conn", "tunnel", "capture_loss", "microbursts"]],
  ["Worth a look", ["notice", "weird"]],
  ["Names, web, TLS", ["dns", "http", "websocket", "ssl", "quic", "x509"]],
  ["Files", ["files", "file_readings", "archive_members", "pe"]],
  ["Hosts and logins", ["software", "ssh", "rdp", "rfb", "socks", "radius", "dhcp"]],
  [
    "Windows",
    [
      "smb",
      "smb_mapping",
      "smb_files",
      "smb_cmd",
      "dce_rpc",
      "ntlm",
      "kerberos",
      "ldap",
      "ldap_search",
    ],
  ],
  ["Mail and transfer", ["smtp", "ftp", "ftp_commands", "tftp"]],
  ["Databases", ["mysql", "postgresql", "redis"]],
];
const OTHERS = "Others";

/** Logs in groups, in an order that people look for them; a log that is new lies among the others. */
export function groupLogs<Log extends { readonly log: string }>(
  logs: readonly Log[],
): readonly { readonly title: string; readonly logs: readonly Log[] }[] {
  const byName = new Map(logs.map((one) => [one.log, one]));
  const known = GROUPS.map(([title, names]) => ({
    title,
    logs: names.flatMap((name) => byName.get(name) ?? []),
  }));
  const named = new Set(GROUPS.flatMap(([, names]) => names));
  const others = { title: OTHERS, logs: logs.filter(({ log }) => !named.has(log)) };
  return [...known, others].filter((group) => group.logs.length > 0);
}
