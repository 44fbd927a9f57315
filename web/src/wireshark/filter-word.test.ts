import { expect, test } from "vitest";
import { bothOf, notOf, withWord, wordAt } from "./filter-word.ts";

test.each([
  ["tcp.po", 6, "tcp.po", 0, 6],
  ["ip.src == 1.2.3.4 && tcp.po", 27, "tcp.po", 21, 27],
  ["tcp.port == 80", 5, "tcp.p", 0, 8],
  ["!(udp", 5, "udp", 2, 5],
])("in %s the name at %i is %s", (filter, cursor, text, from, to) => {
  expect(wordAt(filter, cursor)).toEqual({ text, from, to });
});

test.each([
  ["", 0],
  ["tcp.port == 80", 14],
  ['http.host == "exam', 18],
  ["tcp ", 4],
  ["tcp.port == x", 13],
  ["http.host contains exam", 23],
  ["tcp.port in {a", 14],
])("in %s no name ends at %i", (filter, cursor) => {
  expect(wordAt(filter, cursor)).toBeUndefined();
});

test("a name that is taken stands where the word stood, and the cursor after it", () => {
  const filter = "ip && tcp.po == 80";
  const word = wordAt(filter, 12)!;
  expect(withWord(filter, word, "tcp.port")).toEqual({
    filter: "ip && tcp.port == 80",
    cursor: 14,
  });
});

test("two conditions stay whole when they are joined", () => {
  expect(bothOf("", "tcp")).toBe("tcp");
  expect(bothOf("tcp", "tcp")).toBe("tcp");
  expect(bothOf("ip", "tcp")).toBe("ip && tcp");
  expect(bothOf("ip or arp", "tcp || udp")).toBe("(ip or arp) && (tcp || udp)");
  expect(notOf("tcp.port == 80")).toBe("!(tcp.port == 80)");
});
