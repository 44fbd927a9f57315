/** A self-signed certificate of www.example.org (P-256), made for these tests with openssl. */
export const TEST_CERTIFICATE = bytesOf64(
  "MIICEzCCAbmgAwIBAgIEC63A3jAKBggqhkjOPQQDAjBDMQswCQYDVQQGEwJERTEaMBgGA1UECgwRSG9sZGZhc3QsIEV4YW1w" +
    "bGUxGDAWBgNVBAMMD3d3dy5leGFtcGxlLm9yZzAeFw0yNjExMjExNzM2MTdaFw0zNjExMTgxNzM2MTdaMEMxCzAJBgNVBAYT" +
    "AkRFMRowGAYDVQQKDBFIb2xkZmFzdCwgRXhhbXBsZTEYMBYGA1UEAwwPd3d3LmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYI" +
    "KoZIzj0DAQcDQgAEnMAmHUFTSz6BsjK/ZgGRxsmzg6zBBYLrl/essyNfQ214vznqLHCG5jyXGbCGSAqwMS2hZU+WKF3CK5Vq" +
    "NlUQ06OBmjCBlzBiBgNVHREEWzBZgg0qLmV4YW1wbGUub3JnggtleGFtcGxlLm9yZ4cEwAACB4cQIAENuAAAAAAAAAAAAAAA" +
    "AYYUaHR0cHM6Ly9leGFtcGxlLm9yZy+BDWFAZXhhbXBsZS5vcmcwEgYDVR0TAQH/BAgwBgEB/wIBAzAdBgNVHQ4EFgQU2lfz" +
    "/evVcgBzgFJkGuZuYlz2y1swCgYIKoZIzj0EAwIDSAAwRQIhAImShA1pTVJ3Us1Sq/vlDEcC/0+YgKg8kL9TT+DGFGtNAiB+" +
    "1oq55dhs6gUUy61jATpBqq9qSspBGpLdbiW/6wFOrQ==",
);
/** Its private key (PKCS #8), which protects nothing. */
export const TEST_KEY = bytesOf64(
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgObafJSdlnzk8YFGVZE52HV6NsyYah1zyNVBCAR+Z8h2hRANC" +
    "AAScwCYdQVNLPoGyMr9mAZHGybODrMEFguuX96yzI19DbXi/OeoscIbmPJcZsIZICrAxLaFlT5YoXcIrlWo2VRDT",
);
export const TEST_CERTIFICATE_SHA256 =
  "e16e1d447aee4853ce2a51a5f5ed90d4c7f30628a9200234afbfe12f9f3085d6";

function bytesOf64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** Parts one behind the other. */
export function joined(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

/** A number in two or three bytes. */
export function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

export function u24(value: number): number[] {
  return [value >> 16, ...u16(value & 0xffff)];
}

export function tlsRecord(type: number, body: Uint8Array | readonly number[]): Uint8Array {
  return joined([type, 3, 3], u16(body.length), body);
}

export function tlsMessage(type: number, body: Uint8Array | readonly number[]): Uint8Array {
  return joined([type], u24(body.length), body);
}

export function tlsExtension(type: number, body: Uint8Array | readonly number[]): Uint8Array {
  return joined(u16(type), u16(body.length), body);
}

const text = (value: string) => new TextEncoder().encode(value);

export interface HelloOptions {
  readonly version?: number;
  readonly serverName?: string;
  readonly alpn?: string;
  readonly versions?: readonly number[];
  readonly extensions?: readonly Uint8Array[];
  readonly sessionId?: readonly number[];
}

/** A ClientHello with a few usual extensions. */
export function clientHello(options: HelloOptions = {}): Uint8Array {
  const name = text(options.serverName ?? "www.example.org");
  const alpn = text(options.alpn ?? "h2");
  const versions = options.versions ?? [];
  const extensions = joined(
    tlsExtension(0, joined(u16(name.length + 3), [0], u16(name.length), name)),
    tlsExtension(10, [0, 4, 0x1a, 0x1a, 0, 29]),
    tlsExtension(13, [0, 4, 4, 3, 8, 4]),
    tlsExtension(16, joined(u16(alpn.length + 1), [alpn.length], alpn)),
    ...(versions.length === 0
      ? []
      : [tlsExtension(43, joined([versions.length * 2], ...versions.map(u16)))]),
    ...(options.extensions ?? []),
  );
  const id = options.sessionId ?? [];
  return tlsMessage(
    1,
    joined(
      u16(options.version ?? 0x0303),
      new Uint8Array(32).fill(7),
      [id.length],
      id,
      [0, 6, 0x0a, 0x0a, 0x13, 0x01, 0xc0, 0x2b],
      [1, 0],
      u16(extensions.length),
      extensions,
    ),
  );
}

export interface ServerHelloOptions {
  readonly cipher?: number;
  readonly random?: Uint8Array;
  readonly sessionId?: readonly number[];
  readonly extensions?: readonly Uint8Array[];
}

export function serverHello(options: ServerHelloOptions = {}): Uint8Array {
  const extensions = joined(...(options.extensions ?? []));
  const id = options.sessionId ?? [];
  return tlsMessage(
    2,
    joined(
      [3, 3],
      options.random ?? new Uint8Array(32).fill(9),
      [id.length],
      id,
      u16(options.cipher ?? 0xc02b),
      [0],
      u16(extensions.length),
      extensions,
    ),
  );
}

export function certificateMessage(...chain: readonly Uint8Array[]): Uint8Array {
  const list = joined(...chain.map((der) => joined(u24(der.length), der)));
  return tlsMessage(11, joined(u24(list.length), list));
}
