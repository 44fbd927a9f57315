import fc from "fast-check";
import { expect, test } from "vitest";
import { joined, TEST_CERTIFICATE } from "../../../../test/support/tls-messages.ts";
import { oidText, readDer } from "../shared/index.ts";
import { readTime } from "./certificate-time.ts";
import { isMadeOutTo } from "./host-match.ts";
import { parseCertificate } from "./x509-parser.ts";

test("a certificate's fields are read as openssl prints them", () => {
  expect(parseCertificate(TEST_CERTIFICATE)).toMatchObject({
    version: 3,
    serial: "0BADC0DE",
    subject: {
      text: "CN=www.example.org,O=Holdfast\\, Example,C=DE",
      commonName: "www.example.org",
    },
    notBefore: Date.UTC(2026, 10, 21, 17, 36, 17) / 1000,
    notAfter: Date.UTC(2036, 10, 18, 17, 36, 17) / 1000,
    keyAlgorithm: "id-ecPublicKey",
    signatureAlgorithm: "ecdsa-with-SHA256",
    key: { type: "ecdsa", curve: "prime256v1", bits: 256 },
    san: {
      dns: ["*.example.org", "example.org"],
      uri: ["https://example.org/"],
      email: ["a@example.org"],
      ip: ["192.0.2.7", "2001:db8::1"],
    },
    basicConstraints: { ca: true, pathLength: 3 },
  });
});

test("a wildcard stands for one label", () => {
  const certificate = parseCertificate(TEST_CERTIFICATE)!;
  const hosts = ["www.example.org", "example.org", "a.b.example.org", "example.com", "org"];
  expect(hosts.map((host) => isMadeOutTo(certificate, host))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("what is behind the certificate is not part of it", () => {
  const longer = joined(TEST_CERTIFICATE, [1, 2, 3]);
  expect(parseCertificate(longer)!.length).toBe(TEST_CERTIFICATE.length);
});

test("cut and changed certificates never throw", () => {
  for (let n = 0; n < TEST_CERTIFICATE.length; n++) {
    expect(parseCertificate(TEST_CERTIFICATE.subarray(0, n))).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.nat(TEST_CERTIFICATE.length - 1), fc.nat(255), (at, value) => {
      const bytes = TEST_CERTIFICATE.slice();
      bytes[at] = value;
      parseCertificate(bytes);
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseCertificate(bytes)),
  );
});

test("lengths that reach past the end are no values", () => {
  expect(readDer(Uint8Array.of(0x30, 0x82, 0xff, 0xff), 0, 4)).toBeUndefined();
  expect(readDer(Uint8Array.of(0x30, 0x85, 1, 1, 1, 1, 1), 0, 7)).toBeUndefined();
  expect(readDer(Uint8Array.of(0x30), 0, 1)).toBeUndefined();
});

test("object identifiers are printed with dots", () => {
  const bytes = Uint8Array.of(0x06, 3, 0x55, 0x1d, 0x11);
  expect(oidText(bytes, readDer(bytes, 0, 5)!)).toBe("2.5.29.17");
});

test("times of both kinds are seconds since 1970", () => {
  const at = (tag: number, text: string) => {
    const bytes = joined([tag, text.length], new TextEncoder().encode(text));
    return readTime(bytes, readDer(bytes, 0, bytes.length)!);
  };
  expect(at(0x17, "490101000000Z")).toBe(Date.UTC(2049, 0, 1) / 1000);
  expect(at(0x17, "500101000000Z")).toBe(Date.UTC(1950, 0, 1) / 1000);
  expect(at(0x18, "20500229120000Z")).toBe(Date.UTC(2050, 2, 1, 12) / 1000);
  expect(at(0x18, "20240229120000Z")).toBe(Date.UTC(2024, 1, 29, 12) / 1000);
  expect(at(0x13, "20500101000000Z")).toBeUndefined();
});
