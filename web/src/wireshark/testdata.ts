import { PcapngWriter } from "../../../src/core/pcap/index.ts";
import { type CaptureFile, readCapture } from "./capture-file.ts";

/** A capture of so many packets, each of ten bytes that are its number. */
export function captureOf(count: number, key = "test"): CaptureFile {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (let n = 1; n <= count; n++) {
    pieces.push(
      writer.packet({
        bytes: new Uint8Array(10).fill(n),
        originalBytes: 12,
        seconds: 1_700_000_000 + n,
        nanoseconds: 5,
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  return readCapture(key, bytes, 7);
}
