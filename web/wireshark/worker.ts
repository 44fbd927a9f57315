import type { Calls, Reply, Request } from "./contract.ts";
import { Dissection } from "./dissection.ts";
import { type LoadLibrary, startLibrary } from "./library.ts";

/** What of a classic worker's surroundings is used; the package's script adds `loadWiregasm`. */
interface Surroundings {
  importScripts(address: string): void;
  postMessage(reply: Reply, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  readonly loadWiregasm: LoadLibrary;
}

const here = globalThis as unknown as Surroundings;
let dissection: Dissection | undefined;

async function start(files: Calls["start"]["input"]): Promise<Calls["start"]["output"]> {
  // The package's own program, as it was published, beside this script and not part of it.
  here.importScripts("/wireshark/wiregasm.js");
  const library = await startLibrary(here.loadWiregasm, files);
  dissection = new Dissection(library);
  return { version: library.wiresharkVersion() };
}

async function answer(request: Request): Promise<unknown> {
  if (request.name === "start") return await start(request.input as Calls["start"]["input"]);
  if (dissection === undefined) throw new Error("Wireshark was not started");
  return dissection.answer(request);
}

here.onmessage = ({ data: request }) => {
  answer(request).then(
    (output) => here.postMessage({ id: request.id, ok: true, output }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      // A dissector that was broken off leaves the program's memory in no state to go on with.
      const isBroken = !(error instanceof Error) || error.constructor !== Error;
      here.postMessage({ id: request.id, ok: false, message, isBroken });
    },
  );
};
