import { type Originator, type PathPacket, showPacket } from "../connection/packet-info.ts";
import { type CaptureFile, packetBytes } from "./capture-file.ts";

/** What the plot of a path needs of each packet; the rest of our decode is not kept. */
export function pathOfCapture(capture: CaptureFile, originator: Originator): PathPacket[] {
  return capture.packets.map((facts) => {
    const shown = showPacket(facts, packetBytes(capture, facts.number), originator);
    return { row: facts, direction: shown.direction, tcp: shown.tcp };
  });
}
