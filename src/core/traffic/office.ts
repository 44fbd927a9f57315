import { type Host, host, udpFrame } from "./ethernet.ts";
import { dnsExchange } from "./protocols/dns.ts";
import { httpAnswer, httpGet } from "./protocols/http.ts";
import { readFileFromShare } from "./protocols/smb2.ts";
import { applicationData, clientFinished, clientHello, serverHello } from "./protocols/tls.ts";
import type { Random } from "./random.ts";
import { TcpTalk } from "./tcp-talk.ts";
import type { Timeline } from "./timeline.ts";

export const SECOND = 1e9;
const MILLISECOND = 1e6;

const NAME_SERVER = host("10.4.22.2");
const FILE_SERVER = host("10.4.22.10");
const SITES: readonly { readonly name: string; readonly host: Host; readonly isPlain: boolean }[] =
  [
    { name: "www.example.com", host: host("192.0.2.10"), isPlain: true },
    { name: "news.example.org", host: host("192.0.2.21"), isPlain: false },
    { name: "mail.example.net", host: host("192.0.2.35"), isPlain: false },
    { name: "updates.example.com", host: host("192.0.2.44"), isPlain: true },
    { name: "calendar.example.net", host: host("192.0.2.61"), isPlain: false },
    { name: "docs.example.org", host: host("198.51.100.7"), isPlain: false },
  ];
const FILES = ["minutes.docx", "budget.xlsx", "plan.pdf", "letter.docx", "stock.csv"] as const;

export interface Desk {
  readonly host: Host;
  readonly user: string;
}

/** What an office does all day: names are asked, pages read, files fetched from the file server. */
export class Office {
  readonly #timeline: Timeline;
  readonly #random: Random;
  #port = 49_152;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
  }

  nextPort(): number {
    this.#port = this.#port === 65_535 ? 49_152 : this.#port + 1;
    return this.#port;
  }

  /** One desk does one ordinary thing. */
  work(desk: Desk, atNs: number): void {
    const kind = this.#random.fraction();
    if (kind < 0.15) this.#fetchFile(desk, atNs);
    else this.#visit(desk, atNs, this.#random.pick(SITES));
  }

  askName(from: Host, atNs: number, name: string, address: readonly number[]): number {
    const random = this.#random;
    const { query, answer } = dnsExchange(random.between(0, 65_535), name, address);
    const port = random.between(1024, 65_535);
    const identification = random.between(0, 65_535);
    const ask = { from, to: NAME_SERVER, identification };
    const reply = { from: NAME_SERVER, to: from, identification: identification ^ 0x5555 };
    const answeredNs = atNs + random.between(1, 30) * MILLISECOND;
    this.#timeline.add(atNs, udpFrame(ask, { source: port, destination: 53 }, query));
    this.#timeline.add(answeredNs, udpFrame(reply, { source: 53, destination: port }, answer));
    return answeredNs + MILLISECOND;
  }

  #visit(desk: Desk, atNs: number, site: (typeof SITES)[number]): void {
    const random = this.#random;
    const startNs = this.askName(desk.host, atNs, site.name, site.host.address);
    const talk = this.#talk(desk.host, site.host, site.isPlain ? 80 : 443, {
      startNs,
      roundTripNs: random.between(8, 60) * MILLISECOND,
    }).open();
    if (site.isPlain) {
      const body = new TextEncoder().encode(
        `<p>${"lorem ipsum ".repeat(random.between(20, 700))}</p>`,
      );
      talk
        .clientSays(httpGet(site.name, `/page/${random.between(1, 400)}`))
        .serverSays(httpAnswer("text/html", body));
    } else {
      talk
        .clientSays(clientHello(random, site.name))
        .serverSays(serverHello(random))
        .clientSays(clientFinished(random));
      for (let turn = random.between(1, 4); turn > 0; turn--) {
        talk.clientSays(applicationData(random, random.between(90, 900)));
        talk.serverSays(applicationData(random, random.between(300, 14_000)));
        talk.wait(random.between(20, 900) * MILLISECOND);
      }
    }
    talk.close();
  }

  #fetchFile(desk: Desk, atNs: number): void {
    const random = this.#random;
    const talk = this.#talk(desk.host, FILE_SERVER, 445, {
      startNs: atNs,
      roundTripNs: 300_000,
    }).open();
    const steps = readFileFromShare(random, {
      user: desk.user,
      domain: "OFFICE",
      workstation: `WS-${desk.host.address[3]}`,
      share: "\\\\10.4.22.10\\shared",
      file: `reports\\${random.pick(FILES)}`,
      content: random.bytes(random.between(2_000, 60_000)),
    });
    for (const [client, server] of steps) talk.clientSays(client).serverSays(server);
    talk.close();
  }

  #talk(
    client: Host,
    server: Host,
    serverPort: number,
    times: { startNs: number; roundTripNs: number },
  ): TcpTalk {
    const ends = { client, clientPort: this.nextPort(), server, serverPort };
    return new TcpTalk(this.#timeline, this.#random, { ...ends, ...times });
  }
}
