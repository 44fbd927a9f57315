import fc from "fast-check";
import { expect, test } from "vitest";
import { readSoftware } from "./software-version.ts";

const GECKO = "(KHTML, like Gecko)";

test.each([
  ["OpenSSH_9.2p1 Debian-2+deb12u2", "OpenSSH", [9, 2], "p1"],
  ["Apache/2.4.57 (Debian)", "Apache", [2, 4, 57], "Debian"],
  ["nginx/1.24.0", "nginx", [1, 24, 0], undefined],
  ["Apache", "Apache", [], undefined],
  ["PHP/5.3.6-13ubuntu3.2", "PHP", [5, 3, 6, 13], "ubuntu3"],
  ["curl/7.88.1", "curl", [7, 88, 1], undefined],
  ["Microsoft-IIS/10.0", "Microsoft-IIS", [10, 0], undefined],
  ["Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1; Trident/4.0)", "MSIE", [8, 0], undefined],
  [
    `Mozilla/5.0 (X11) AppleWebKit/537.36 ${GECKO} Chrome/120.0.1.2 Safari/537.36`,
    "Chrome",
    [120, 0, 1, 2],
    undefined,
  ],
  [
    `Mozilla/5.0 (iPhone) AppleWebKit/605.1 ${GECKO} Version/17.2 Mobile/15E148 Safari/604.1`,
    "Safari",
    [17, 2],
    "Mobile",
  ],
  ["Mozilla/5.0 (X11; rv:109.0) Gecko/20100101 Firefox/115.0", "Firefox", [115, 0], undefined],
  ["Mozilla/5.0 (a thing)", "<unknown browser>", [], undefined],
])("%s is read", (banner, name, numbers, addl) => {
  expect(readSoftware(banner)).toEqual({ name, version: { numbers, addl } });
});

test("any text gives a name and at most four whole numbers", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (banner) => {
      const { name, version } = readSoftware(banner);
      expect(typeof name).toBe("string");
      expect(version.numbers.length).toBeLessThanOrEqual(4);
      expect(version.numbers.every(Number.isSafeInteger)).toBe(true);
    }),
  );
});
