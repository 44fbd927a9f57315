/** Lengths and distances of deflate by their symbol (RFC 1951 3.2.5), and the order of code lengths. */
export const LENGTH_BASE = Uint16Array.from(
  numbers(
    "3 4 5 6 7 8 9 10 11 13 15 17 19 23 27 31 35 43 51 59 67 83 99 115 131 163 195 " + "227 258",
  ),
);
export const LENGTH_EXTRA = Uint8Array.from(
  numbers("0 0 0 0 0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4 5 5 5 5 0"),
);
export const DISTANCE_BASE = Uint16Array.from(
  numbers(
    "1 2 3 4 5 7 9 13 17 25 33 49 65 97 129 193 257 385 513 769 1025 1537 2049 3073 " +
      "4097 6145 8193 12289 16385 24577",
  ),
);
export const DISTANCE_EXTRA = Uint8Array.from(
  numbers("0 0 0 0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9 10 10 11 11 12 12 13 13"),
);
export const LENGTH_ORDER = Uint8Array.from(
  numbers("16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15"),
);

function numbers(text: string): number[] {
  return text.split(" ").map(Number);
}
