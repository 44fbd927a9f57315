import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import {
  certificateMessage,
  clientHello,
  joined,
  serverHello,
  TEST_CERTIFICATE,
  TEST_CERTIFICATE_SHA256,
  tlsExtension,
  tlsMessage,
  tlsRecord,
  u16,
  u24,
} from "../../../../test/support/tls-messages.ts";
import { dtls, ssl } from "./index.ts";

const CCS = tlsRecord(20, [1]);
const DATA = tlsRecord(23, new Uint8Array(40));
const KEY_EXCHANGE = tlsMessage(12, [3, 0, 23, 1, 4, 4, 3, 0, 0]);
const RETRY_RANDOM = Uint8Array.from(
  Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex"),
);

/** A whole TLS 1.2 handshake: the server's flight in one record. */
const TLS12: Piece[] = [
  [0, tlsRecord(22, clientHello())],
  [
    1,
    tlsRecord(
      22,
      joined(serverHello(), certificateMessage(TEST_CERTIFICATE), KEY_EXCHANGE, tlsMessage(14, [])),
    ),
  ],
  [0, joined(tlsRecord(22, tlsMessage(16, [1, 4])), CCS, tlsRecord(22, new Uint8Array(40)))],
  [1, joined(CCS, tlsRecord(22, new Uint8Array(40)))],
];

const TLS13: Piece[] = [
  [0, tlsRecord(22, clientHello({ versions: [0x0a0a, 0x0304, 0x0303] }))],
  [
    1,
    joined(
      tlsRecord(
        22,
        serverHello({
          cipher: 0x1301,
          extensions: [tlsExtension(43, [3, 4]), tlsExtension(51, [0, 29, 0, 1, 5])],
        }),
      ),
      CCS,
      DATA,
    ),
  ],
  [0, joined(CCS, DATA)],
];

test("a TLS 1.2 handshake gives its row when both sides encrypt", () => {
  const outcome = talk(ssl, TLS12);
  expect(outcome.services).toEqual(["ssl"]);
  const [row] = outcome.rows("ssl");
  expect(row).toMatchObject({
    version: "TLSv12",
    cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    curve: "secp256r1",
    server_name: "www.example.org",
    resumed: false,
    established: true,
    ssl_history: "CsxknGIi",
    cert_chain_fps: [TEST_CERTIFICATE_SHA256],
    client_cert_chain_fps: [],
    sni_matches_cert: true,
    subject: "CN=www.example.org,O=Holdfast\\, Example,C=DE",
    orig_alpn: ["h2"],
  });
});

test("TLS 1.3 takes version and group from extensions and is over at the first data of both", () => {
  const [row] = talk(ssl, TLS13).rows("ssl");
  expect(row).toMatchObject({
    version: "TLSv13",
    cipher: "TLS_AES_128_GCM_SHA256",
    curve: "x25519",
    established: true,
    ssl_history: "CsiI",
  });
});

test("whole, byte by byte and cut anywhere the rows are the same", () => {
  for (const pieces of [TLS12, TLS13]) {
    const whole = talk(ssl, pieces).rows("ssl").map(withoutTimes);
    expect(talk(ssl, splitPieces(pieces)).rows("ssl").map(withoutTimes)).toEqual(whole);
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 90 })), (sizes) => {
        const cut = () => sizes.next().value as number;
        const split = talk(ssl, splitPieces(pieces, cut)).rows("ssl");
        expect(split.map(withoutTimes)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  }
});

function withoutTimes({ ts, ts_ns, ...row }: Record<string, unknown>): Record<string, unknown> {
  expect(ts ?? ts_ns).toBeDefined();
  return row;
}

test("a retry is j, and the second ServerHello s", () => {
  const version = tlsExtension(43, [3, 4]);
  const pieces: Piece[] = [
    TLS13[0]!,
    [1, tlsRecord(22, serverHello({ random: RETRY_RANDOM, extensions: [version] }))],
    TLS13[0]!,
    ...TLS13.slice(1),
  ];
  expect(talk(ssl, pieces).rows("ssl")[0]).toMatchObject({ ssl_history: "CjCsiI" });
});

test("the same session id in both hellos is a resumed session", () => {
  const pieces: Piece[] = [
    [0, tlsRecord(22, clientHello({ sessionId: [1, 2, 3] }))],
    [1, tlsRecord(22, serverHello({ sessionId: [1, 2, 3] }))],
  ];
  expect(talk(ssl, pieces).rows("ssl")[0]).toMatchObject({ resumed: true, established: false });
});

test("an alert in clear is told by its name", () => {
  const pieces: Piece[] = [TLS12[0]!, [1, tlsRecord(21, [2, 40])]];
  expect(talk(ssl, pieces).rows("ssl")[0]).toMatchObject({
    last_alert: "handshake_failure",
    ssl_history: "Cl",
  });
});

test("a heartbeat that asks for more than it holds is noticed, and its answer too", () => {
  const heartbeat = (type: number) =>
    tlsRecord(24, joined([type], u16(16_000), new Uint8Array(20)));
  const outcome = talk(ssl, [TLS12[0]!, TLS12[1]!, [0, heartbeat(1)], [1, heartbeat(2)]]);
  expect(outcome.notices).toEqual([
    "Heartbleed::SSL_Heartbeat_Attack",
    "Heartbleed::SSL_Heartbeat_Attack_Success",
  ]);
  expect(outcome.rows("ssl")[0]).toMatchObject({ ssl_history: "CsxknBb" });
});

test("a hello from the responder flips the direction", () => {
  const flipped = TLS12.map(([side, what]): Piece => [side === 0 ? 1 : 0, what as Uint8Array]);
  expect(talk(ssl, flipped).rows("ssl")[0]).toMatchObject({ ssl_history: "^CsxknGIi" });
});

test("an SSL 2.0 hello that asks for TLS is a hello", () => {
  const body = joined([1, 3, 1], u16(3), u16(0), u16(16), [1, 0, 128], new Uint8Array(16).fill(3));
  const pieces: Piece[] = [
    [0, joined([0x80 | (body.length >> 8), body.length & 0xff], body)],
    TLS12[1]!,
  ];
  const [row] = talk(ssl, pieces).rows("ssl");
  expect(row).toMatchObject({ version: "TLSv12", ssl_history: "Csxkn", client_version: 0x0301 });
});

test("fingerprints are JA3, JA3S and JA4 of what was sent", () => {
  const [row] = talk(ssl, TLS13).rows("ssl");
  expect(row).toMatchObject({
    ja4: expect.stringMatching(/^t13d0205h2_[0-9a-f]{12}_[0-9a-f]{12}$/),
  });
  expect(row?.["ja3"]).toMatch(/^[0-9a-f]{32}$/);
  expect(row?.["ja3s"]).toMatch(/^[0-9a-f]{32}$/);
});

test("explain tells the bytes of the server name and the cipher", () => {
  const { marks } = talk(ssl, TLS12);
  const [, hello] = TLS12[0]!;
  const name = marks.find(({ field }) => field === "ssl.server_name")!;
  const bytes = (hello as Uint8Array).subarray(name.position, name.position + name.length);
  expect(new TextDecoder().decode(bytes.subarray(5))).toBe("www.example.org");
  const cipher = marks.find(({ field }) => field === "ssl.cipher")!;
  const flight = TLS12[1]![1] as Uint8Array;
  expect([...flight.subarray(cipher.position, cipher.position + 2)]).toEqual([0xc0, 0x2b]);
});

test("what is no TLS is given back", () => {
  const outcome = talk(ssl, [[0, new TextEncoder().encode("GET / HTTP/1.1\r\n")]]);
  expect(outcome.rejected).toBeDefined();
  expect(outcome.rows("ssl")).toEqual([]);
});

test("a gap ends the reading and keeps the row", () => {
  const outcome = talk(ssl, [TLS12[0]!, [1, 100], TLS12[1]!]);
  expect(outcome.rows("ssl")[0]).toMatchObject({ ssl_history: "C", established: false });
});

test("the middle of a flow is read only if it begins with a hello", () => {
  expect(talk(ssl, TLS12, { isMidStream: true }).rows("ssl")).toHaveLength(1);
  expect(talk(ssl, TLS12.slice(2), { isMidStream: true }).rows("ssl")).toHaveLength(0);
});

test("a handshake message over its limit ends the analysis", () => {
  const head = tlsRecord(22, joined([11], u24(2 ** 24 - 1), new Uint8Array(100)));
  const outcome = talk(ssl, [TLS12[0]!, [1, head]]);
  expect(outcome.isDone).toBe(true);
  expect(outcome.rows("ssl")).toHaveLength(1);
});

test("cut and changed bytes never throw", () => {
  const flat = TLS12.map(([side, what]) => [side, what as Uint8Array] as const);
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), (which, at, value) => {
      const pieces = flat.map(([side, what]): Piece => [side, what.slice()]);
      const bytes = pieces[which % pieces.length]![1] as Uint8Array;
      bytes[at % bytes.length] = value;
      talk(ssl, pieces);
      talk(ssl, [[0, bytes.subarray(0, at % bytes.length)]]);
    }),
    { numRuns: 500 },
  );
});

test("many tiny records copy no more than a multiple of their bytes", () => {
  const copiedBytes = (count: number) => {
    const message = certificateMessage(new Uint8Array(count));
    const records: Uint8Array[] = [];
    for (let n = 0; n < message.length; n++)
      records.push(tlsRecord(22, message.subarray(n, n + 1)));
    const bytes = joined(...records);
    const set = vi.spyOn(Uint8Array.prototype, "set");
    const move = vi.spyOn(Uint8Array.prototype, "copyWithin");
    talk(ssl, [TLS12[0]!, [1, tlsRecord(22, serverHello())], [1, bytes]]);
    let copied = 0;
    for (const [from] of set.mock.calls) copied += from.length;
    for (const [, start, end] of move.mock.calls) copied += (end ?? 0) - start;
    vi.restoreAllMocks();
    return copied;
  };
  // Stores grow in steps, so that it is four times the input that is compared.
  expect(copiedBytes(96_000) / copiedBytes(24_000)).toBeLessThan(2.3 * 2.3);
});

/** A DTLS record with one handshake fragment. */
function fragment(
  side: 0 | 1,
  sequence: number,
  message: Uint8Array,
  part?: [number, number],
): Piece {
  const [begin, end] = part ?? [0, message.length - 4];
  const body = message.subarray(4).subarray(begin, end);
  const head = [...message.subarray(0, 4), 0, sequence, ...u24(begin), ...u24(end - begin)];
  return [side, dtlsRecord(22, { epoch: 0, sequence }, joined(head, body))];
}

function dtlsRecord(
  type: number,
  { epoch, sequence }: { epoch: number; sequence: number },
  body: Uint8Array,
): Uint8Array {
  return joined([type, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, sequence], u16(body.length), body);
}

test("DTLS puts fragments together in any order and ends with the first encrypted records", () => {
  const hello = tlsMessage(
    1,
    joined([0xfe, 0xfd], clientHello().subarray(6, 39), [0], clientHello().subarray(39)),
  );
  const server = tlsMessage(2, joined([0xfe, 0xfd], serverHello().subarray(6)));
  const chain = certificateMessage(TEST_CERTIFICATE);
  const finished = (side: 0 | 1): Piece => [
    side,
    joined(
      dtlsRecord(20, { epoch: 0, sequence: 9 }, Uint8Array.of(1)),
      dtlsRecord(22, { epoch: 1, sequence: 0 }, new Uint8Array(48)),
    ),
  ];
  const outcome = talk(
    dtls,
    [
      fragment(0, 0, hello),
      fragment(1, 0, server),
      fragment(1, 1, chain, [200, chain.length - 4]),
      fragment(1, 1, chain, [200, chain.length - 4]),
      fragment(1, 1, chain, [0, 200]),
      finished(0),
      finished(1),
    ],
    { transport: "udp" },
  );
  expect(outcome.services).toEqual(["dtls"]);
  expect(outcome.rows("ssl")[0]).toMatchObject({
    version: "DTLSv12",
    ssl_history: "CsxIi",
    established: true,
    cert_chain_fps: [TEST_CERTIFICATE_SHA256],
    ja4: expect.stringMatching(/^dd2d/),
  });
});

test("a hello is recognised by its bytes on any port", () => {
  const hello = tlsRecord(22, clientHello());
  expect(ssl.recognises!(hello, 0, "tcp")).toBe("yes");
  expect(ssl.recognises!(hello.subarray(0, 7), 0, "tcp")).toBe("more");
  expect(ssl.recognises!(hello, 1, "tcp")).toBe("no");
  expect(ssl.recognises!(tlsRecord(22, serverHello()), 1, "tcp")).toBe("yes");
  expect(dtls.recognises!(fragment(0, 0, clientHello())[1] as Uint8Array, 0, "udp")).toBe("no");
});

test("what is weak about a server's TLS is told once for the server", () => {
  const told: string[] = [];
  const run = talk(ssl, TLS12, { onNotice: (message) => told.push(message) });
  expect(run.notices).toEqual(["SSL::Certificate_Not_Valid_Yet"]);
  expect(told[0]).toMatch(
    /^Certificate .* isn't valid until \d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\.0{9}$/,
  );
  const rc4 = [TLS12[0]!, [1, tlsRecord(22, serverHello({ cipher: 4 }))]] satisfies Piece[];
  expect(talk(ssl, rc4).notices).toEqual(["SSL::Weak_Cipher"]);
  const remote = { services: { isAsset: () => false } };
  expect(talk(ssl, rc4, remote).notices).toEqual([]);
});
