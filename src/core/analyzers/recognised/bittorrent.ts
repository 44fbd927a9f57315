import { asciiText } from "../shared/index.ts";
import { seenService } from "./seen-service.ts";

/** The handshake's first bytes (BEP 3). */
const HANDSHAKE = "\x13BitTorrent protocol";
const LOOKED_BYTES = 1500;

/** BitTorrent between peers, and its distributed hash table (BEP 5). */
export const bittorrent = seenService("bittorrent", (head, _, transport) => {
  if (transport === "udp") return isHashTable(head) ? "yes" : "no";
  for (let n = 0; n < Math.min(head.length, HANDSHAKE.length); n++) {
    if (head[n] !== HANDSHAKE.charCodeAt(n)) return "no";
  }
  return head.length < HANDSHAKE.length ? "more" : "yes";
});

/** A dictionary with the kind of message, and who asks or answers. */
function isHashTable(datagram: Uint8Array): boolean {
  if (datagram[0] !== 0x64 || datagram.at(-1) !== 0x65) return false;
  const text = asciiText(datagram.subarray(0, LOOKED_BYTES));
  if (!/^d[12]:/.test(text)) return false;
  if (text.includes("1:y1:e")) return text.startsWith("d1:e") || text.includes("1:el");
  return text.includes("2:id20:") && (text.includes("1:y1:q") || text.includes("1:y1:r"));
}
