import { seenService } from "./seen-service.ts";

const HEADER_BYTES = 24;
/** Commands with the shortest and longest content that one has (CIP volume 2, 2-3.2). */
const COMMANDS: ReadonlyMap<number, readonly [shortest: number, longest: number]> = new Map([
  [0x04, [0, 512]], // ListServices
  [0x63, [0, 512]], // ListIdentity
  [0x64, [0, 512]], // ListInterfaces
  [0x65, [4, 4]], // RegisterSession
  [0x66, [0, 0]], // UnRegisterSession
  [0x6f, [6, 65_511]], // SendRRData
  [0x70, [6, 65_511]], // SendUnitData
]);
const STATUSES: ReadonlySet<number> = new Set([0, 1, 2, 3, 0x64, 0x65, 0x69, 0x6a]);

/** EtherNet/IP encapsulation. */
export const enip = seenService("enip", (head, _, transport) => {
  if (head.length > 1) {
    if (head[1] !== 0 || !COMMANDS.has(head[0]!)) return "no";
  }
  if (head.length < HEADER_BYTES) return transport === "udp" ? "no" : "more";
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [shortest, longest] = COMMANDS.get(head[0]!)!;
  const length = view.getUint16(2, true);
  const isLong = transport === "udp" ? length + HEADER_BYTES === head.length : true;
  if (!isLong || length < shortest || length > longest) return "no";
  const isRight = STATUSES.has(view.getUint32(8, true)) && view.getUint32(20, true) === 0;
  return isRight ? "yes" : "no";
});
