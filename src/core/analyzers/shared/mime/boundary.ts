const DASH = 0x2d;

/** Whether a line is a boundary of multipart content (RFC 2046 5.1.1): before another part, or the last. */
export function boundaryIn(line: Uint8Array, boundary: Uint8Array): "none" | "next" | "last" {
  const end = boundary.length + 2;
  if (line.length < end || line[0] !== DASH || line[1] !== DASH) return "none";
  for (let n = 0; n < boundary.length; n++) if (line[n + 2] !== boundary[n]) return "none";
  return line[end] === DASH && line[end + 1] === DASH ? "last" : "next";
}
