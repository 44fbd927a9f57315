import { PcapngWriter } from "../pcap/index.ts";
import { customerArchive } from "./customer-archive.ts";
import { host } from "./ethernet.ts";
import { type Desk, Office, SECOND } from "./office.ts";
import { httpAnswer, httpUpload } from "./protocols/http.ts";
import { applicationData, clientFinished, clientHello, serverHello } from "./protocols/tls.ts";
import { Random } from "./random.ts";
import { TcpTalk } from "./tcp-talk.ts";
import { Timeline } from "./timeline.ts";

/** What the demonstration hides, for those who check that it is found. */
export const INCIDENT = {
  workstation: "10.4.22.45",
  scanner: "10.4.22.77",
  controller: "198.51.100.23",
  beaconSeconds: 60,
  dropPoint: "203.0.113.9",
  archiveName: "q1-backup.zip",
  /** 9 March 2026, 21:00 UTC. */
  startSeconds: Date.UTC(2026, 2, 9, 21) / 1000,
  hours: 6,
  seed: 20260309,
} as const;

const MILLISECOND = 1e6;
const HOUR = 3600 * SECOND;
const DESKS: readonly Desk[] = [
  "31 anna",
  "38 ben",
  "45 carl",
  "52 dora",
  "59 emil",
  "77 frida",
].map((desk) => {
  const [number, user] = desk.split(" ");
  return { host: host(`10.4.22.${number}`), user: user! };
});

/**
 * Six hours of an office's traffic, 21:00 to 03:00 UTC: names, pages, files; and in it a workstation
 * that a colleague's machine scans at 21:40, that calls out every 60 s inside one long TLS connection
 * from 22:05 on, and at 02:00 uploads an archive to an address never seen before. The same bytes
 * every time.
 */
export function* writeIncident(): Generator<Uint8Array> {
  const random = new Random(INCIDENT.seed);
  const timeline = new Timeline();
  const office = new Office(timeline, random);
  for (let n = 0; n < 330; n++) {
    office.work(
      random.pick(DESKS),
      random.between(0, INCIDENT.hours * 3600 - 120) * SECOND +
        random.between(0, 999) * MILLISECOND,
    );
  }
  scan(timeline, random);
  beacon(timeline, random, office);
  upload(timeline, random, office);
  const writer = new PcapngWriter({ interfaceName: "office" });
  yield writer.start({
    application: "holdfast demonstration traffic",
    comments: ["invented traffic: nobody's packets"],
  });
  for (const { atNs, bytes } of timeline.inOrder()) {
    yield writer.packet({
      bytes,
      originalBytes: bytes.length,
      seconds: INCIDENT.startSeconds + Math.floor(atNs / SECOND),
      nanoseconds: atNs % SECOND,
      linkType: 1,
      snapLength: 262_144,
    });
  }
}

/** Every port up to 1,024 of one workstation, from inside, in under a minute. */
function scan(timeline: Timeline, random: Random): void {
  const open = new Set([135, 139, 445]);
  for (let port = 1; port <= 1024; port++) {
    const talk = new TcpTalk(timeline, random, {
      client: host(INCIDENT.scanner),
      clientPort: 41_000 + port,
      server: host(INCIDENT.workstation),
      serverPort: port,
      startNs: 40 * 60 * SECOND + port * 45 * MILLISECOND,
      roundTripNs: 0.4 * MILLISECOND,
    });
    if (!open.has(port)) talk.knock("reset");
    else {
      talk.open();
      talk.reset();
    }
  }
}

/** One connection, one small question and answer every 60 s with a little jitter. */
function beacon(timeline: Timeline, random: Random, office: Office): void {
  const client = host(INCIDENT.workstation);
  const startNs = office.askName(
    client,
    HOUR + 5 * 60 * SECOND,
    "cdn-sync.example.net",
    host(INCIDENT.controller).address,
  );
  const talk = new TcpTalk(timeline, random, {
    client,
    clientPort: office.nextPort(),
    server: host(INCIDENT.controller),
    serverPort: 443,
    startNs,
    roundTripNs: 48 * MILLISECOND,
  }).open();
  talk
    .clientSays(clientHello(random, "cdn-sync.example.net"))
    .serverSays(serverHello(random))
    .clientSays(clientFinished(random));
  const firstNs = talk.nowNs;
  for (let beat = 1; firstNs + beat * INCIDENT.beaconSeconds * SECOND < 5.9 * HOUR; beat++) {
    talk.nowNs =
      firstNs + beat * INCIDENT.beaconSeconds * SECOND + random.between(-900, 900) * MILLISECOND;
    talk
      .clientSays(applicationData(random, 212))
      .serverSays(applicationData(random, random.between(120, 150)));
  }
}

function upload(timeline: Timeline, random: Random, office: Office): void {
  const client = host(INCIDENT.workstation);
  const startNs = office.askName(
    client,
    5 * HOUR + 2 * SECOND,
    "files.example.net",
    host(INCIDENT.dropPoint).address,
  );
  const talk = new TcpTalk(timeline, random, {
    client,
    clientPort: office.nextPort(),
    server: host(INCIDENT.dropPoint),
    serverPort: 80,
    startNs,
    roundTripNs: 31 * MILLISECOND,
    gapNs: 0.7 * MILLISECOND,
  }).open();
  const file = {
    name: INCIDENT.archiveName,
    type: "application/zip",
    bytes: customerArchive(random),
  };
  talk.clientSays(httpUpload("files.example.net", "/upload", file));
  talk.serverSays(httpAnswer("text/plain", new TextEncoder().encode("stored\n")));
  talk.close();
}
