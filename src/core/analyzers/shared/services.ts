/** Protocols found inside flows; a flow's `service` is a set of them, so the order is for ever. */
export const SERVICES = [
  "dns",
  "http",
  "ssl",
  "ssh",
  "smtp",
  "ftp",
  "ftp-data",
  "smb",
  "dce_rpc",
  "ntlm",
  "gssapi",
  "krb",
  "krb_tcp",
  "ldap_tcp",
  "ldap_udp",
  "rdp",
  "rdpeudp",
  "rfb",
  "dhcp",
  "ntp",
  "snmp",
  "sip",
  "radius",
  "mysql",
  "postgresql",
  "redis",
  "mqtt",
  "modbus",
  "dnp3_tcp",
  "dnp3_udp",
  "irc",
  "pop3",
  "imap",
  "xmpp",
  "socks",
  "syslog",
  "quic",
  "websocket",
  "dtls",
  "finger",
  "ident",
  "teredo",
  "ayiya",
  "gtpv1",
  "vxlan",
  "geneve",
  "smb1",
  "smb2",
  "spicy",
  "tftp",
  "nfs",
  "mount",
  "portmap",
  "bittorrent",
  "stun",
  "syslog_tcp",
  "http2",
  "irc-dcc-data",
  "ike",
  "enip",
] as const;

export type ServiceName = (typeof SERVICES)[number];

/** A set of services: bit n stands for the n-th name. */
export interface ServiceBits {
  readonly high: number;
  readonly low: number;
}

export const NO_SERVICES: ServiceBits = { high: 0, low: 0 };

export function serviceBits(service: ServiceName): ServiceBits {
  const bit = SERVICES.indexOf(service);
  return bit < 32 ? { high: 0, low: 1 << bit } : { high: 1 << (bit - 32), low: 0 };
}
