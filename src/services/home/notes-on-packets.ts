import type { Home } from "./home.ts";

/** Texts of the notes on a packet, by where it lies. */
export function notesOnPackets(home: Home): (segment: string, offset: number) => string[] {
  const texts = new Map<string, string[]>();
  for (const { entry, by } of home.projection.notes.values()) {
    const { packet } = entry.about;
    if (packet === undefined) continue;
    const key = `${packet.segment} ${packet.offset}`;
    const tags = entry.tags.map((tag) => ` #${tag}`).join("");
    texts.set(key, [...(texts.get(key) ?? []), `${by}: ${entry.text}${tags}`]);
  }
  return (segment, offset) => texts.get(`${segment} ${offset}`) ?? [];
}
