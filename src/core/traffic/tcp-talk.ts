import { ByteWriter } from "./byte-writer.ts";
import { type Host, TCP, tcpFrame } from "./ethernet.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

const SEGMENT_BYTES = 1448;
const MICROSECOND = 1_000;

interface End {
  readonly host: Host;
  readonly port: number;
  sequence: number;
  identification: number;
}

export interface TalkOptions {
  readonly client: Host;
  readonly clientPort: number;
  readonly server: Host;
  readonly serverPort: number;
  readonly startNs: number;
  readonly roundTripNs: number;
  /** Time between two full segments of one sender: its rate. */
  readonly gapNs?: number;
}

/**
 * A TCP connection as a bystander near the client sees it: handshake, data with acknowledgments every
 * second segment, orderly close. `nowNs` moves on with what is said.
 */
export class TcpTalk {
  nowNs: number;
  readonly #timeline: Timeline;
  readonly #client: End;
  readonly #server: End;
  readonly #roundTripNs: number;
  readonly #gapNs: number;

  constructor(timeline: Timeline, random: Random, options: TalkOptions) {
    this.#timeline = timeline;
    this.nowNs = options.startNs;
    this.#roundTripNs = options.roundTripNs;
    this.#gapNs = options.gapNs ?? 120 * MICROSECOND;
    const end = (host: Host, port: number): End => ({
      host,
      port,
      sequence: random.u32(),
      identification: random.between(0, 65_535),
    });
    this.#client = end(options.client, options.clientPort);
    this.#server = end(options.server, options.serverPort);
  }

  open(): this {
    const options = new ByteWriter().u8(2, 4).u16(1460).u8(1, 3, 3, 7).take();
    this.#send(this.#client, this.#server, TCP.syn, { options });
    this.#client.sequence++;
    this.wait(this.#roundTripNs);
    this.#send(this.#server, this.#client, TCP.syn | TCP.ack, { options });
    this.#server.sequence++;
    this.wait(20 * MICROSECOND);
    this.#send(this.#client, this.#server, TCP.ack);
    return this;
  }

  /** A connection attempt that a closed port answers with a reset, or a filter with silence. */
  knock(answer: "reset" | "silence"): void {
    this.#send(this.#client, this.#server, TCP.syn, { options: new Uint8Array([2, 4, 5, 0xb4]) });
    this.#client.sequence++;
    if (answer === "silence") return;
    this.wait(this.#roundTripNs);
    this.#server.sequence = 0;
    this.#send(this.#server, this.#client, TCP.rst | TCP.ack);
  }

  /** The client breaks off at once, as a scanner does with an open port. */
  reset(): void {
    this.wait(30 * MICROSECOND);
    this.#send(this.#client, this.#server, TCP.rst | TCP.ack);
  }

  clientSays(payload: Uint8Array): this {
    return this.#say(this.#client, this.#server, payload);
  }

  serverSays(payload: Uint8Array): this {
    this.wait(this.#roundTripNs);
    return this.#say(this.#server, this.#client, payload);
  }

  wait(ns: number): this {
    this.nowNs += ns;
    return this;
  }

  close(): void {
    this.wait(200 * MICROSECOND);
    this.#send(this.#client, this.#server, TCP.fin | TCP.ack);
    this.#client.sequence++;
    this.wait(this.#roundTripNs);
    this.#send(this.#server, this.#client, TCP.fin | TCP.ack);
    this.#server.sequence++;
    this.wait(20 * MICROSECOND);
    this.#send(this.#client, this.#server, TCP.ack);
  }

  #say(from: End, to: End, payload: Uint8Array): this {
    let unacknowledged = 0;
    for (let at = 0; at < payload.length; at += SEGMENT_BYTES) {
      const piece = payload.subarray(at, at + SEGMENT_BYTES);
      const isLast = at + SEGMENT_BYTES >= payload.length;
      this.#send(from, to, TCP.ack | (isLast ? TCP.psh : 0), { payload: piece });
      from.sequence = (from.sequence + piece.length) >>> 0;
      unacknowledged++;
      this.wait(this.#gapNs);
      if (unacknowledged < 2 && !isLast) continue;
      this.#send(to, from, TCP.ack);
      this.wait(10 * MICROSECOND);
      unacknowledged = 0;
    }
    return this;
  }

  #send(
    from: End,
    to: End,
    flags: number,
    more: { payload?: Uint8Array; options?: Uint8Array } = {},
  ): void {
    from.identification = (from.identification + 1) & 0xffff;
    const tcp = {
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: from.sequence >>> 0,
      acknowledgment: flags & TCP.ack ? to.sequence >>> 0 : 0,
      flags,
      window: 501,
      ...(more.options && { options: more.options }),
    };
    const between = { from: from.host, to: to.host, identification: from.identification };
    this.#timeline.add(this.nowNs, tcpFrame(between, tcp, more.payload ?? new Uint8Array(0)));
  }
}
