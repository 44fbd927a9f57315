import { EXIT_CODES, operations } from "../api/index.ts";
import { ownerAuthority } from "../core/custody/index.ts";
import { writeIncident } from "../core/traffic/index.ts";
import { pathsOf } from "../platform/index.ts";
import { startServer } from "../server/index.ts";
import { createHandlers, createHome, isHome, WholeHome } from "../services/home/index.ts";
import { completeIndex } from "./own-home.ts";
import { Progress } from "./progress.ts";
import { type CommonOptions, homeDirectory, homeOptions, interruptSignal } from "./session.ts";

/** Where a server is reached, as `startServer` takes it. */
export type ServingPlace = Pick<
  Parameters<typeof startServer>[0],
  "port" | "host" | "origin" | "tls" | "embedOrigins"
>;

/** Makes the home if there is none yet. */
export async function ensureHome(options: CommonOptions): Promise<void> {
  const directory = homeDirectory(options);
  if (await isHome(directory)) return;
  await createHome({ ...homeOptions(options), actor: { name: "owner", via: "cli" } });
  console.error(`holdfast: home made in ${directory}`);
}

/** Serves a home until Ctrl-C; with `files`, imports them first, or the demonstration if there are none. */
export async function serveHome(
  options: CommonOptions,
  place: ServingPlace,
  files?: readonly string[],
): Promise<number> {
  const signal = interruptSignal();
  const home = await WholeHome.open(homeOptions(options));
  try {
    const server = await startServer({
      handlersFor: (authority) => createHandlers(home, authority),
      people: home.people,
      socket: pathsOf(home.directory).socket,
      ...place,
    });
    try {
      await completeIndex(home, signal);
      if (files !== undefined) await importFirst(home, files, signal);
      const listens = server.origin === server.address ? "" : ` (it listens at ${server.address})`;
      console.log(
        `Holdfast is at ${server.origin}${listens}\nlog in once with ${server.loginLink()}`,
      );
      const { why } = home.people.describeWaysIn().passkeys;
      if (why !== null) console.error(`holdfast: nobody has a passkey here: ${why}`);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
    } finally {
      await server.stop();
    }
  } finally {
    await home.close();
  }
  return EXIT_CODES.ok;
}

const DEMONSTRATION = "demonstration.pcapng";

/** The files named, or the demonstration incident if this home holds nothing yet. */
async function importFirst(
  home: WholeHome,
  files: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const owner = ownerAuthority("cli");
  const handlers = createHandlers(home, owner);
  const context = { actor: owner.actor, signal };
  const progress = new Progress();
  const follow = async (
    name: string,
    events: ReturnType<typeof handlers.importUpload>,
  ): Promise<void> => {
    for await (const event of events) {
      if (event.type === "progress") progress.show(event, name);
      if (event.type === "failed") progress.note(`holdfast: ${name}: ${event.message}`);
      if (event.type === "done")
        progress.note(
          `holdfast: ${name}: ${event.capture.packets.toLocaleString("en")} packets ${event.duplicate_of === null ? "sealed" : "were sealed already"}`,
        );
    }
  };
  for (const path of files) {
    const input = operations.importFile.input.parse({ path });
    await follow(path, handlers.importFile(input, context));
  }
  if (
    files.length > 0 ||
    [...home.projection.captures.values()].some(({ state }) => state === "sealed")
  )
    return;
  const input = operations.importUpload.input.parse({
    name: DEMONSTRATION,
    purpose: "demonstration: invented traffic",
  });
  await follow(DEMONSTRATION, handlers.importUpload(input, { ...context, body: demonstration() }));
}

async function* demonstration(): AsyncGenerator<Uint8Array> {
  yield* writeIncident();
}
