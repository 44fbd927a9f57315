/** ICMP types that answer each other: echo, router discovery, timestamp, information, mask. */
const PAIRS_4 = [0, 8, 8, 0, 9, 10, 10, 9, 13, 14, 14, 13, 15, 16, 16, 15, 17, 18, 18, 17];
/** Echo, multicast listener, router and neighbour discovery, node information, home agent discovery. */
const PAIRS_6 = [
  128, 129, 129, 128, 130, 131, 131, 130, 133, 134, 134, 133, 135, 136, 136, 135, 139, 140, 140,
  139, 144, 145, 145, 144,
];

const COUNTERPARTS_4 = table(PAIRS_4);
const COUNTERPARTS_6 = table(PAIRS_6);

/** The type that answers this one, or -1 when the type stands alone and a flow has one direction. */
export function icmpCounterpart(type: number, options: { version: 4 | 6 }): number {
  return (options.version === 4 ? COUNTERPARTS_4 : COUNTERPARTS_6)[type]!;
}

function table(pairs: readonly number[]): Int16Array {
  const out = new Int16Array(256).fill(-1);
  for (let n = 0; n < pairs.length; n += 2) out[pairs[n]!] = pairs[n + 1]!;
  return out;
}
