import { layout } from "../smb-messages.ts";

/** A zip whose members have these names, each stored with the same text (APPNOTE 4.3). */
export function zipOf(names: readonly string[], text: string): Buffer {
  const content = Buffer.from(text, "latin1");
  const files: Uint8Array[] = [];
  const entries: Uint8Array[] = [];
  let at = 0;
  for (const word of names) {
    const name = Buffer.from(word, "latin1");
    const tail = Buffer.concat([name, content]);
    const head = layout(
      30,
      [
        [0, 4, 0x0403_4b50],
        [4, 2, 20],
        [18, 4, content.length],
        [22, 4, content.length],
        [26, 2, name.length],
      ],
      tail,
    );
    const entry = layout(
      46,
      [
        [0, 4, 0x0201_4b50],
        [4, 2, 20],
        [6, 2, 20],
        [20, 4, content.length],
        [24, 4, content.length],
        [28, 2, name.length],
        [42, 4, at],
      ],
      name,
    );
    files.push(head);
    entries.push(entry);
    at += head.length;
  }
  const directory = Buffer.concat(entries);
  const end = layout(22, [
    [0, 4, 0x0605_4b50],
    [8, 2, names.length],
    [10, 2, names.length],
    [12, 4, directory.length],
    [16, 4, at],
  ]);
  return Buffer.concat([...files, directory, end]);
}
