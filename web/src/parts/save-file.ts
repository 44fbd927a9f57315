/** Hands a file to the browser under a name that says nothing of what is in it. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of it by then; at once would be too early in some.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
