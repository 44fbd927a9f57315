/** A value of DER with its tag and its length (X.690 8.1). */
export function der(tag: number, ...parts: readonly (ArrayLike<number> & Iterable<number>)[]) {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  if (length < 128) return [tag, length, ...content];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 255);
  return [tag, 0x80 | bytes.length, ...bytes, ...content];
}
