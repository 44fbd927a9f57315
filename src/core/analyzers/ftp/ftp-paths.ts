/** Joins a file's name to a folder, unless it stands for itself. */
export function joinPath(folder: string, name: string): string {
  if (folder === "" || isAbsolute(name)) return shortenPath(name);
  return shortenPath(folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`);
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
}

/** A path without the parts that lead nowhere; a dot at its beginning stays, as with Zeek. */
export function shortenPath(path: string): string {
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  if (!path.includes("/.") && !path.includes("//")) return trimmed;
  const parts: string[] = [];
  const all = path.split("/");
  all.forEach((part, n) => {
    if (part === "" || (part === "." && n > 0)) return;
    const last = parts[parts.length - 1];
    if (part !== ".." || last === undefined || last === ".." || last === "~") parts.push(part);
    else if (last === ".") parts[parts.length - 1] = "..";
    else parts.pop();
  });
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}

/** The first absolute path in a text. */
export function pathIn(text: string): string {
  const start = text.search(/\/|[A-Za-z]:[\\/]/);
  if (start < 0) return "";
  let end = start;
  while (end < text.length && text[end] !== '"') {
    if (text[end] === " " && text[end - 1] !== "\\") break;
    end++;
  }
  return text.slice(start, end);
}
