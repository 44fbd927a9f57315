import type { LogRows, Row } from "../../support/log-rows.ts";

/** An event in the source's own format (EVE), as far as a row of ours says the same. */
export interface EveEvent {
  readonly [field: string]: unknown;
}

/**
 * By type of event: the paths that rows of ours can answer. A path that is not here is skipped by name;
 * `[]` stands for any place in a list.
 */
export const KNOWN_PATHS: Readonly<Record<string, readonly string[]>> = {
  flow: [
    ...["src_ip", "src_port", "dest_ip", "dest_port", "proto", "app_proto", "community_id"],
    ...["flow.pkts_toserver", "flow.pkts_toclient", "flow.state", "vlan"],
  ],
  dns: [
    ...["dns.type", "dns.rcode", "dns.id", "dns.aa", "dns.rd", "dns.ra", "dns.tc", "proto"],
    ...["dns.queries[].rrname", "dns.queries[].rrtype", "dns.rrname", "dns.rrtype"],
    ...["src_ip", "src_port", "dest_ip", "dest_port"],
  ],
  http: [
    ...["http.hostname", "http.url", "http.http_user_agent", "http.http_refer"],
    ...["http.http_method", "http.protocol", "http.status", "http.redirect"],
    "http.version",
    ...["src_ip", "src_port", "dest_ip", "dest_port", "proto"],
  ],
  fileinfo: [
    ...["fileinfo.filename", "fileinfo.size", "fileinfo.gaps", "fileinfo.state", "app_proto"],
    ...["fileinfo.md5", "fileinfo.sha1", "fileinfo.sha256", "http.hostname", "http.http_method"],
    ...[
      "http.version",
      "http.url",
      "http.status",
      "smtp.helo",
      "smtp.mail_from",
      "smtp.rcpt_to[]",
      "email.from",
    ],
    "email.to[]",
  ],
  tls: [
    ...["tls.version", "tls.sni", "tls.subject", "tls.issuerdn", "tls.ja3.hash", "tls.ja3s.hash"],
    ...["tls.ja4", "tls.notbefore", "tls.notafter", "tls.client_alpns[]", "tls.server_alpns[]"],
    ...["src_ip", "src_port", "dest_ip", "dest_port", "proto", "tls.session_resumed"],
  ],
  smtp: [
    ...["smtp.helo", "smtp.mail_from", "smtp.rcpt_to[]", "email.from", "email.to[]", "email.cc[]"],
    ...["email.subject", "email.attachment[]", "src_ip", "src_port", "dest_ip", "dest_port"],
    "proto",
  ],
  ssh: [
    ...["ssh.client.software_version", "ssh.server.software_version", "ssh.client.proto_version"],
    ...["ssh.server.proto_version", "ssh.client.hassh.hash", "ssh.server.hassh.hash"],
    ...["src_ip", "src_port", "dest_ip", "dest_port", "proto"],
  ],
  quic: ["quic.sni", "quic.ja3.hash", "quic.ja4", "src_ip", "src_port", "dest_ip", "dest_port"],
};

/** The source's names for what conn calls a service. */
const APP_PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ["ssl", "tls"],
  ["dtls", "dtls"],
  ["krb", "krb5"],
  ["krb_tcp", "krb5"],
  ["dce_rpc", "dcerpc"],
  ["ldap_tcp", "ldap"],
  ["ldap_udp", "ldap"],
  ["postgresql", "pgsql"],
  ["dnp3_tcp", "dnp3"],
  ["dnp3_udp", "dnp3"],
]);
/** What carries another protocol: the source names the inner one. */
const CARRIERS = new Set(["gssapi", "ntlm", "socks", "websocket"]);
const CLOSED = new Set(["SF", "RSTO", "RSTR", "RSTOS0", "RSTRH", "REJ", "S2", "S3"]);

/** All events of a run. */
export function eveEvents(rows: LogRows, dnsVersion: 2 | 3 = 3): EveEvent[] {
  const conns = new Map(rows.of("conn").map((row) => [row["uid"], row]));
  const https = new Map<unknown, Row>();
  for (const row of rows.of("http")) {
    for (const fuid of [...listOf(row["orig_fuids"]), ...listOf(row["resp_fuids"])]) {
      https.set(fuid, row);
    }
  }
  const mails = new Map<unknown, Row>();
  for (const row of rows.of("smtp")) for (const fuid of listOf(row["fuids"])) mails.set(fuid, row);
  const certificates = new Map(rows.of("x509").map((row) => [row["fingerprint"], row]));
  const isQuic = (row: Row) => listOf(conns.get(row["uid"])?.["service"]).includes("quic");
  const handshakes = rows.of("ssl");
  return [
    ...rows.of("conn").map(flowEvent),
    ...rows.of("dns").flatMap((row) => dnsEvents(row, dnsVersion)),
    ...rows.of("http").map(httpEvent),
    ...rows
      .of("files")
      // The source lists no members of archives.
      .filter((row) => row["source"] !== "ZIP")
      .map((row) => fileEvent(row, https.get(row["fuid"]), mails.get(row["fuid"]))),
    ...handshakes.filter((row) => !isQuic(row)).map((row) => tlsEvent(row, certificates)),
    ...handshakes.filter(isQuic).map(quicEvent),
    ...rows.of("smtp").map(smtpEvent),
    ...rows.of("ssh").map(sshEvent),
  ];
}

function flowEvent(row: Row): EveEvent {
  const services = listOf(row["service"]).filter((name) => !CARRIERS.has(String(name)));
  const names = services.map((name) => APP_PROTOCOLS.get(String(name)) ?? String(name));
  // The source has a name for DNS over HTTP/2.
  if (names.includes("http2") && names.includes("dns")) names.push("doh2");
  const hasAnswer = Number(row["resp_pkts"]) > 0;
  const isTcp = row["proto"] === "tcp";
  const isClosed = isTcp && CLOSED.has(String(row["conn_state"]));
  const isHalf = isTcp && ["S0", "SH", "SHR"].includes(String(row["conn_state"]));
  const isNew = isHalf || !hasAnswer;
  const isIcmp = row["proto"] === "icmp";
  // The source keeps who spoke first unless the protocol says otherwise; ours turns a flow round when
  // ports or a SYN-ACK say so.
  const isTurned = String(row["history"] ?? "").startsWith("^") && services.length === 0;
  const sides = endpoints(row, { ports: !isIcmp });
  const [toServer, toClient] = isTurned ? ["resp_pkts", "orig_pkts"] : ["orig_pkts", "resp_pkts"];
  return {
    ...(isTurned ? turned(sides) : sides),
    event_type: "flow",
    proto: isIcmp && String(row["id.orig_h"]).includes(":") ? "IPv6-ICMP" : upper(row["proto"]),
    app_proto: names,
    community_id: row["community_id"],
    vlan: [row["vlan"], row["inner_vlan"]].filter((tag) => tag !== undefined && tag !== null),
    flow: {
      pkts_toserver: row[toServer!],
      pkts_toclient: row[toClient!],
      state: isClosed ? "closed" : isNew ? "new" : "established",
    },
  };
}

/** A row pairs what are two events there; version 2 of the format gave both the query's direction. */
function dnsEvents(row: Row, version: 2 | 3): EveEvent[] {
  const dns = {
    id: row["trans_id"],
    queries: [{ rrname: row["query"], rrtype: row["qtype_name"] }],
    rrname: row["query"],
    rrtype: row["qtype_name"],
    rd: row["RD"],
  };
  const request = endpoints(row);
  const response = version === 2 ? request : turned(request);
  const reply = { ...dns, rcode: row["rcode_name"], aa: row["AA"], ra: row["RA"], tc: row["TC"] };
  const proto = upper(row["proto"]);
  const isAnswered = row["rcode"] !== undefined && row["rcode"] !== null;
  const isAsked = row["qtype_name"] !== undefined && row["qtype_name"] !== null;
  return [
    ...(isAsked
      ? [
          {
            ...request,
            proto,
            event_type: "dns",
            dns: { ...dns, type: version === 2 ? "query" : "request" },
          },
        ]
      : []),
    ...(isAnswered
      ? [
          {
            ...response,
            proto,
            event_type: "dns",
            dns: { ...reply, type: version === 2 ? "answer" : "response" },
          },
        ]
      : []),
  ];
}

function httpFields(row: Row): Record<string, unknown> {
  return {
    hostname: hostOf(row),
    url: row["uri"],
    http_user_agent: row["user_agent"],
    http_refer: row["referrer"],
    http_method: row["method"],
    protocol: row["version"] === undefined ? undefined : `HTTP/${String(row["version"])}`,
    status: row["status_code"],
    redirect: row["redirect"],
    // Of HTTP/2 only.
    version: row["version"] === "2" ? "2" : undefined,
  };
}

/** The host without its port; of CONNECT without a header it stands in the request. */
function hostOf(row: Row): string | undefined {
  const host = row["host"] ?? (row["method"] === "CONNECT" ? row["uri"] : undefined);
  return host === undefined ? undefined : String(host).toLowerCase().replace(/:\d+$/, "");
}

function httpEvent(row: Row): EveEvent {
  return { ...endpoints(row), proto: "TCP", event_type: "http", http: httpFields(row) };
}

function fileEvent(row: Row, http: Row | undefined, mail: Row | undefined): EveEvent {
  const isWhole = row["missing_bytes"] === 0 && row["is_complete"] !== false;
  const path = String(http?.["uri"] ?? "").split(/[?#]/)[0] || undefined;
  return {
    event_type: "fileinfo",
    app_proto: String(row["source"]).toLowerCase().replace("_data", "-data"),
    fileinfo: {
      filename: row["filename"] ?? path,
      // Missing bytes count there.
      size: Number(row["seen_bytes"]) + Number(row["missing_bytes"]),
      gaps: Number(row["missing_bytes"]) > 0,
      state: isWhole ? "CLOSED" : "TRUNCATED",
      md5: row["md5"],
      sha1: row["sha1"],
      sha256: row["sha256"],
    },
    http: http && httpFields(http),
    ...(mail && mailFields(mail)),
  };
}

function tlsFields(row: Row): Record<string, unknown> {
  return {
    sni: row["server_name"],
    ja3: { hash: row["ja3"] },
    ja3s: { hash: row["ja3s"] },
    ja4: row["ja4"],
    session_resumed: row["resumed"] === true ? true : undefined,
    client_alpns: row["orig_alpn"],
  };
}

function tlsEvent(row: Row, certificates: ReadonlyMap<unknown, Row>): EveEvent {
  const own = certificates.get(listOf(row["cert_chain_fps"])[0]);
  const time = (field: string) => {
    const seconds = own?.[field];
    if (seconds === undefined) return undefined;
    return new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  };
  return {
    ...endpoints(row),
    proto: "TCP",
    event_type: "tls",
    tls: {
      ...tlsFields(row),
      version: versionText(String(row["version"] ?? "")),
      subject: inWrittenOrder(row["subject"]),
      issuerdn: inWrittenOrder(row["issuer"]),
      notbefore: time("certificate.not_valid_before"),
      notafter: time("certificate.not_valid_after"),
    },
  };
}

/** `TLSv12` is `TLS 1.2` there, `TLSv10` is `TLSv1`, and drafts have words. */
function versionText(version: string): string | undefined {
  const draft = /^TLSv13-draft(\d+)$/.exec(version);
  if (draft !== null) return `TLS 1.3 draft-${draft[1]}`;
  if (version === "TLSv10") return "TLSv1";
  const parts = /^(TLS|DTLS)v(\d)(\d)$/.exec(version);
  return parts === null ? version || undefined : `${parts[1]} ${parts[2]}.${parts[3]}`;
}

function quicEvent(row: Row): EveEvent {
  const { sni, ja3, ja4 } = tlsFields(row);
  return { ...endpoints(row), event_type: "quic", quic: { sni, ja3, ja4 } };
}

/** A name from its largest part down, as the source prints it (RFC 4514 begins with the smallest). */
function inWrittenOrder(name: unknown): string | undefined {
  if (typeof name !== "string") return undefined;
  return name
    .split(/(?<!\\),/)
    .reverse()
    .map((part) => part.replace(/\\(.)/g, "$1"))
    .join(", ");
}

function mailFields(row: Row): Record<string, unknown> {
  return {
    smtp: { helo: row["helo"], mail_from: row["mailfrom"], rcpt_to: row["rcptto"] },
    email: {
      from: row["from"],
      to: row["to"],
      cc: row["cc"],
      subject: row["subject"],
      attachment: row["attachments"],
    },
  };
}

function smtpEvent(row: Row): EveEvent {
  return { ...endpoints(row), proto: "TCP", event_type: "smtp", ...mailFields(row) };
}

function sshEvent(row: Row): EveEvent {
  const side = (field: "client" | "server", hassh: string) => {
    const banner = /^SSH-([\d.]+)-([^ ]*)/.exec(String(row[field] ?? ""));
    return {
      proto_version: banner?.[1],
      software_version: banner?.[2],
      hassh: { hash: row[hassh] },
    };
  };
  return {
    ...endpoints(row),
    proto: "TCP",
    event_type: "ssh",
    ssh: { client: side("client", "hassh"), server: side("server", "hassh_server") },
  };
}

function endpoints(row: Row, { ports = true } = {}): Record<string, unknown> {
  return {
    src_ip: row["id.orig_h"],
    dest_ip: row["id.resp_h"],
    ...(ports && { src_port: row["id.orig_p"], dest_port: row["id.resp_p"] }),
  };
}

function turned(sides: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    src_ip: sides["dest_ip"],
    dest_ip: sides["src_ip"],
    src_port: sides["dest_port"],
    dest_port: sides["src_port"],
  };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "string" && value !== "" ? value.split(",") : [];
}

function upper(value: unknown): string {
  return String(value).toUpperCase();
}
