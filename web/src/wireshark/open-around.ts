import { blankPackets, type CaptureFile, firstPackets } from "./capture-file.ts";
import { DissectorBroke } from "./dissector.ts";

/** Packets left out before it is given up: each costs a search with a dozen workers. */
const BREAKING_MAX = 2;

/**
 * Loads a capture. A packet that breaks Wireshark is found by halving, and left out: its place in
 * the list stays, and what it carries is blank. Slowness is nobody's in particular and is given up
 * at once.
 */
export async function openAround<Loaded>(
  capture: CaptureFile,
  load: (bytes: Uint8Array) => Promise<Loaded>,
): Promise<{ loaded: Loaded; breaking: ReadonlySet<number> }> {
  const breaking = new Set<number>();
  for (;;) {
    const bytes = breaking.size === 0 ? capture.bytes : blankPackets(capture, breaking);
    const around = { ...capture, bytes };
    const loaded = await tried(bytes, load);
    if (loaded !== undefined) return { loaded, breaking };
    const number = await firstBreaking(around, load);
    if (breaking.size >= BREAKING_MAX || breaking.has(number)) {
      throw new DissectorBroke("packets break Wireshark", "broke");
    }
    breaking.add(number);
  }
}

/** What was loaded; nothing if it broke. */
async function tried<Loaded>(
  bytes: Uint8Array,
  load: (bytes: Uint8Array) => Promise<Loaded>,
): Promise<Loaded | undefined> {
  try {
    return await load(bytes);
  } catch (error) {
    if (error instanceof DissectorBroke && error.why === "broke") return undefined;
    throw error;
  }
}

/** The number of the first packet without which those before it load. */
async function firstBreaking<Loaded>(
  capture: CaptureFile,
  load: (bytes: Uint8Array) => Promise<Loaded>,
): Promise<number> {
  let good = 0;
  let bad = capture.packets.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if ((await tried(firstPackets(capture, middle), load)) === undefined) bad = middle;
    else good = middle;
  }
  return bad;
}
