import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { tftp } from "./index.ts";

const udp = { transport: "udp", responderPort: 69 } as const;
const request = (code: number, ...strings: string[]): Uint8Array =>
  Uint8Array.from([0, code, ...Buffer.from(`${strings.join("\0")}\0`)]);
const block = (number: number, length: number): Uint8Array =>
  Uint8Array.from([0, 3, number >> 8, number & 255, ...new Uint8Array(length).fill(number)]);

test("a file that is read comes in blocks, each counted once", () => {
  const pieces: Piece[] = [
    [0, request(1, "a.txt", "octet")],
    [1, block(1, 512)],
    [1, block(1, 512)],
    [0, Uint8Array.of(0, 4, 0, 1)],
    [1, block(2, 3)],
  ];
  const out = talk(tftp, pieces, udp);
  expect(out.services).toEqual(["tftp"]);
  expect(
    out.files.map(({ filename, bytes, isEnded }) => [filename, bytes.length, isEnded]),
  ).toEqual([["a.txt", 515, true]]);
  expect(out.rows("tftp")[0]).toMatchObject({
    wrq: false,
    fname: "a.txt",
    size: 515,
    block_sent: 2,
    block_acked: 1,
    fuid: "F1",
  });
});

test("options set the size of blocks, errors are in the row", () => {
  const out = talk(
    tftp,
    [
      [0, request(2, "b", "OCTET", "blksize", "1024")],
      [1, Uint8Array.from([0, 6, ...Buffer.from("blksize\x001024\0")])],
      [0, block(1, 1024)],
      [1, Uint8Array.from([0, 5, 0, 3, ...Buffer.from("full\0")])],
    ],
    udp,
  );
  expect(out.files[0]!.isEnded).toBe(true);
  expect(out.rows("tftp")[0]).toMatchObject({ wrq: true, error_code: 3, error_msg: "full" });
});

test("what is no message of TFTP is refused", () => {
  expect(talk(tftp, [[0, request(1, "a", "binary")]], udp).rejected).toBe("no TFTP message");
  expect(talk(tftp, [[0, block(1, 9)]], udp).rejected).toBe("no TFTP message");
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), fc.nat(7), fc.uint8Array())), (some) => {
      const rest = some.map(
        ([side, code, what]): Piece => [side as 0 | 1, Uint8Array.from([0, code, ...what])],
      );
      talk(tftp, [[0, request(1, "a", "octet")], ...rest], udp);
    }),
    { numRuns: 500 },
  );
});
