const KEY = "holdfast.queries";
const KEPT = 30;

/** Queries that were run here, newest first. */
export function readHistory(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // not ours or torn: the next query writes it anew
  }
}

export function addToHistory(query: string): void {
  const text = query.trim();
  if (text === "") return;
  const kept = [text, ...readHistory().filter((one) => one !== text)].slice(0, KEPT);
  localStorage.setItem(KEY, JSON.stringify(kept));
}
