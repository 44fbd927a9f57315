import fc from "fast-check";
import { expect, test } from "vitest";
import { http3 } from "../../src/core/analyzers/http2/index.ts";
import { quic } from "../../src/core/analyzers/quic/index.ts";
import { PacketKeys, packetSuite } from "../../src/core/analyzers/quic/packet-keys.ts";
import { KeyTexts } from "../../src/core/analyzers/shared/index.ts";
import { nodeCiphers } from "../../src/platform/index.ts";
import { type Outcome, type Piece, talk } from "../support/conversation.ts";
import { growthOf } from "../support/counted-steps.ts";
import {
  cryptoFrame,
  QUIC_SUITES,
  type QuicSuite,
  quicInitial,
  quicShort,
  streamFrame,
  updatedSecret,
} from "../support/quic-packets.ts";
import { clientHello, joined, serverHello } from "../support/tls-messages.ts";

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("the short packet of RFC 9001 A.5 opens with ChaCha20, and its secret's update is the one there", () => {
  const secret = hex("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");
  const keys = new PacketKeys(nodeCiphers, packetSuite(0x1303)!, { secret, isV2: false });
  const packet = hex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb");
  const header = keys.header(packet, {
    at: 0,
    numberAt: 1,
    end: packet.length,
    highest: 654_360_563,
  });
  expect(header?.number).toBe(654_360_564);
  expect(keys.open(header!)).toEqual(Uint8Array.of(1));
  expect(Buffer.from(updatedSecret(secret, 0x1303)).toString("hex")).toBe(
    "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9",
  );
});

const ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const NO_ID = new Uint8Array(0);

interface Side2 {
  readonly secret: Uint8Array;
  readonly headerSecret?: Uint8Array;
  readonly keyPhase?: 0 | 1;
}

/** A connection with its hellos; packets of its streams are made by `packet`. */
class Connection {
  readonly suite: QuicSuite;
  readonly hellos: readonly Piece[];
  readonly secrets: readonly [Uint8Array, Uint8Array];
  readonly keyLog: string;
  readonly #numbers: [number, number] = [0, 0];

  constructor(suite: QuicSuite = 0x1301, alpn = "h3") {
    this.suite = suite;
    const bytes = QUIC_SUITES[suite].hash === "sha384" ? 48 : 32;
    this.secrets = [new Uint8Array(bytes).fill(3), new Uint8Array(bytes).fill(4)];
    const hello = clientHello({ alpn, versions: [0x0304] });
    const answer = serverHello({ cipher: suite });
    const padded = joined(cryptoFrame(0, hello), new Uint8Array(1200));
    this.hellos = [
      [0, quicInitial(ID, 0, padded)],
      [1, quicInitial(ID, 0, cryptoFrame(0, answer), { isServer: true })],
    ];
    const random = "07".repeat(32);
    this.keyLog = this.secrets
      .map((secret, side) => {
        const label = side === 0 ? "CLIENT_TRAFFIC_SECRET_0" : "SERVER_TRAFFIC_SECRET_0";
        return `${label} ${random} ${Buffer.from(secret).toString("hex")}\n`;
      })
      .join("");
  }

  packet(side: 0 | 1, frames: Uint8Array, about: Partial<Side2> = {}): Piece {
    const number = this.#numbers[side]++;
    const sealed = { secret: this.secrets[side], suite: this.suite, number, ...about };
    return [side, quicShort(side === 0 ? ID : NO_ID, frames, sealed)];
  }

  talk(pieces: readonly Piece[], keyLog = this.keyLog): Outcome {
    return talk(quic, [...this.hellos, ...pieces], {
      transport: "udp",
      inside: [http3],
      services: { keys: new KeyTexts(keyLog) },
    });
  }
}

/** GET https://h3.example/a and its answer, of static fields and literals alone. */
const ASKED = joined([1, 24, 0, 0, 0xd1, 0xd7, 0x50, 10], Buffer.from("h3.example"), [
  0x51,
  6,
  ...Buffer.from("/a.txt"),
]);
const BODY = Buffer.from("what HTTP/3 carried");
const ANSWERED = joined([1, 4, 0, 0, 0xd9, 0xf5, 0, BODY.length], BODY);

function exchange(connection: Connection): Piece[] {
  return [
    connection.packet(0, streamFrame(0, 0, ASKED, true)),
    connection.packet(1, streamFrame(0, 0, ANSWERED, true)),
  ];
}

const ROW = {
  method: "GET",
  host: "h3.example",
  uri: "/a.txt",
  version: "3",
  status_code: 200,
  response_body_len: BODY.length,
};

test.each([0x1301, 0x1302, 0x1303] as const)("HTTP/3 is read behind suite %i", (suite) => {
  const connection = new Connection(suite);
  const outcome = connection.talk(exchange(connection));
  expect(outcome.rows("http")).toMatchObject([ROW]);
  expect(outcome.services).toContain("http");
  expect(Buffer.from(outcome.files[0]!.bytes)).toEqual(BODY);
});

test("without its own secrets nothing is read, and nothing is said", () => {
  for (const keyLog of ["", new Connection().keyLog.replaceAll("07", "08")]) {
    const connection = new Connection();
    const outcome = connection.talk(exchange(connection), keyLog);
    expect(outcome.rows("http")).toEqual([]);
    expect(outcome.weirds).toEqual([]);
  }
});

test("keys are updated by either side (RFC 9001 6)", () => {
  const connection = new Connection();
  const [secret] = connection.secrets;
  const next = updatedSecret(secret, 0x1301);
  const pieces = [
    connection.packet(0, streamFrame(0, 0, ASKED.subarray(0, 9))),
    connection.packet(0, streamFrame(0, 9, ASKED.subarray(9), true), {
      secret: next,
      headerSecret: secret,
      keyPhase: 1,
    }),
    connection.packet(1, streamFrame(0, 0, ANSWERED, true)),
  ];
  expect(connection.talk(pieces).rows("http")).toMatchObject([ROW]);
});

test("however streams are cut, sent again and out of order, the row is the same", () => {
  const cutAt = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 4, maxLength: 30 });
  fc.assert(
    fc.property(cutAt, fc.infiniteStream(fc.nat(1000)), (cuts, order) => {
      const connection = new Connection();
      const [...places] = order.take(100);
      const frames = (all: Uint8Array): Uint8Array[] => {
        const out: Uint8Array[] = [];
        for (let at = 0, n = 0; at < all.length; n++) {
          const end = Math.min(all.length, at + cuts[n % cuts.length]!);
          out.push(streamFrame(0, at, all.subarray(at, end), end === all.length));
          at = end;
        }
        const mixed = out.map((frame, n) => [places[n % 100]!, frame] as const);
        return [...mixed.sort(([a], [b]) => a - b).map(([, frame]) => frame), out[0]!];
      };
      const pieces = [
        ...frames(ASKED).map((frame) => connection.packet(0, frame)),
        ...frames(ANSWERED).map((frame) => connection.packet(1, frame)),
      ];
      expect(connection.talk(pieces).rows("http")).toMatchObject([ROW]);
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("fields of the table wait for the encoder's stream", () => {
  const connection = new Connection();
  const settings = Uint8Array.from([0, 4, 3, 1, 0x40, 0xdc]);
  const encoder = joined([2, 0x3f, 0xbd, 1, 0xc0, 10], Buffer.from("h3.example"));
  const asked = joined([1, 13, 2, 0, 0xd1, 0xd7, 0x80, 0x51, 6], Buffer.from("/a.txt"));
  const pieces = [
    connection.packet(1, streamFrame(3, 0, settings)),
    connection.packet(0, streamFrame(0, 0, asked, true)),
    connection.packet(0, streamFrame(6, 0, encoder)),
    connection.packet(1, streamFrame(0, 0, ANSWERED, true)),
  ];
  expect(connection.talk(pieces).rows("http")).toMatchObject([ROW]);
});

const QUERY = joined([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], [97, 0, 0, 1, 0, 1]);

test("DNS in QUIC is given message by message, with a length or, in early drafts, without", () => {
  for (const [alpn, sent] of [
    ["doq", joined([0, QUERY.length], QUERY)],
    ["doq-i00", QUERY],
  ] as const) {
    const connection = new Connection(0x1301, alpn);
    const pieces = [4, 8].map((id) => connection.packet(0, streamFrame(id, 0, sent, true)));
    const inner = connection.talk(pieces).inner.filter(({ name }) => name === "dns");
    expect(inner.map(({ bytes }) => bytes[0])).toEqual([QUERY, QUERY]);
  }
});

test("changed, cut and random packets never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(3), (frames, id) => {
      const connection = new Connection();
      const whole = connection.packet(0, frames)[1] as Uint8Array;
      const inside = connection.packet(1, streamFrame(id, 0, frames, true));
      connection.talk([[0, whole], [0, whole.subarray(0, whole.length >> 1)], inside]);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test("twice the pieces out of order are twice the work", () => {
  const work = (n: number) => {
    const connection = new Connection();
    const pieces = Array.from({ length: n }, (_, m) =>
      connection.packet(0, streamFrame(0, (n - m) * 2, Uint8Array.of(1, 2))),
    );
    return () => void connection.talk(pieces);
  };
  expect(growthOf(work, 100)).toBeLessThan(2.3);
});
