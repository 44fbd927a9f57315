/** Addresses are four u32 words; IPv4 is mapped: 0, 0, 0xffff, address (RFC 4291 2.5.5.2). */
export type AddressWords = readonly [number, number, number, number];

/** A network: the address words and the length of its prefix in the 128-bit space. */
export interface Network {
  readonly words: AddressWords;
  readonly prefixBits: number;
}

/** Prints an address: dotted for mapped IPv4, otherwise as RFC 5952 says. */
export function formatAddress(a: number, b: number, c: number, d: number): string {
  if (a === 0 && b === 0 && c === 0xffff) {
    return `${d >>> 24}.${(d >>> 16) & 255}.${(d >>> 8) & 255}.${d & 255}`;
  }
  const groups = [
    a >>> 16,
    a & 0xffff,
    b >>> 16,
    b & 0xffff,
    c >>> 16,
    c & 0xffff,
    d >>> 16,
    d & 0xffff,
  ];
  let runStart = -1;
  let runLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    // The longest run of zeros, the first of equals; a single zero is not shortened.
    if (length > runLength) {
      runStart = start;
      runLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (runStart < 0) return hex.join(":");
  return `${hex.slice(0, runStart).join(":")}::${hex.slice(runStart + runLength).join(":")}`;
}

/** Reads an IPv4 or IPv6 address; undefined when the text is not one. */
export function parseAddress(text: string): AddressWords | undefined {
  if (!text.includes(":")) {
    const v4 = parseIpv4(text);
    return v4 === undefined ? undefined : [0, 0, 0xffff, v4];
  }
  let body = text;
  // A dotted tail stands for the last two groups.
  const tail = /:(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const v4 = parseIpv4(tail[1]!);
    if (v4 === undefined) return undefined;
    body = `${text.slice(0, -tail[1]!.length)}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  }
  const halves = body.split("::");
  if (halves.length > 2) return undefined;
  const left = parseGroups(halves[0]!);
  const right = halves.length === 2 ? parseGroups(halves[1]!) : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right];
  const word = (n: number) => ((groups[n * 2]! << 16) | groups[n * 2 + 1]!) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

/** Reads `address/prefix`, or an address alone as a network of one. */
export function parseNetwork(text: string): Network | undefined {
  const [address, prefix, more] = text.split("/");
  if (more !== undefined) return undefined;
  const words = parseAddress(address!);
  if (words === undefined) return undefined;
  const isV4 = !address!.includes(":");
  const longest = isV4 ? 32 : 128;
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (bits > longest) return undefined;
  return { words, prefixBits: isV4 ? bits + 96 : bits };
}

/** True when the address lies in the network. */
export function isInNetwork(network: Network, a: number, b: number, c: number, d: number): boolean {
  const { words, prefixBits } = network;
  return (
    equalBits(words[0], a, prefixBits) &&
    equalBits(words[1], b, prefixBits - 32) &&
    equalBits(words[2], c, prefixBits - 64) &&
    equalBits(words[3], d, prefixBits - 96)
  );
}

function equalBits(left: number, right: number, bits: number): boolean {
  if (bits <= 0) return true;
  if (bits >= 32) return left >>> 0 === right >>> 0;
  return (left ^ right) >>> (32 - bits) === 0;
}

function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

function parseGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  for (const part of text.split(":")) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}
