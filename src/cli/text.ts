/** UTC to the microsecond from a decimal string of nanoseconds; `-` when there is none. */
export function timeText(ns: string | null | undefined): string {
  if (ns === null || ns === undefined) return "-";
  const value = BigInt(ns);
  const seconds = value / 1_000_000_000n;
  const micros = (value % 1_000_000_000n) / 1000n;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds}.${String(micros).padStart(6, "0")}`;
  return `${date.toISOString().slice(0, 19)}.${String(micros).padStart(6, "0")}Z`;
}

/** When something was first seen, to the second, and for how many seconds. */
export function spanTexts(span: { readonly first_ns: string; readonly last_ns: string }): string[] {
  const seconds = Number(BigInt(span.last_ns) - BigInt(span.first_ns)) / 1e9;
  return [timeText(span.first_ns).slice(0, 19).replace("T", " "), seconds.toFixed(3)];
}

/** What a terminal obeys or does not show: controls, format characters, ends of lines and paragraphs. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Nothing from a packet reaches a terminal as it is: control and format characters are written out. */
export function escapeText(text: string): string {
  return text.replace(OBEYED, (character) => {
    const code = character.codePointAt(0)!;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** JSON that is as safe on a terminal as a table: what `escapeText` writes out is escaped as JSON has it. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(OBEYED, (character) =>
    Array.from(
      { length: character.length },
      (_, n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** A table whose columns are as wide as their widest cell; numbers to the right. */
export function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const isNumber = head.map(
    (_, n) => rows.length > 0 && rows.every((row) => /^-?[\d.,]*$/.test(row[n] ?? "")),
  );
  const widths = head.map((title, n) =>
    Math.max(title.length, ...rows.map((row) => (row[n] ?? "").length)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, n) =>
      isNumber[n] ? cell.padStart(widths[n]!) : cell.padEnd(widths[n]!),
    );
    const text = padded.join("  ").trimEnd();
    return width !== undefined && text.length > width ? `${text.slice(0, width - 1)}…` : text;
  };
  return [line(head), ...rows.map(line)].join("\n");
}
