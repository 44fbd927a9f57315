import { type Command, InvalidArgumentError } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { ownerAuthority } from "../../core/custody/index.ts";
import { writeIncident } from "../../core/traffic/index.ts";
import { startServer } from "../../server/index.ts";
import {
  createHandlers,
  createHome,
  isHome,
  pathsOf,
  WholeHome,
} from "../../services/home/index.ts";
import { Progress } from "../progress.ts";
import { isServing, requestLoginLink } from "../remote-handlers.ts";
import {
  type CommonOptions,
  completeIndex,
  homeDirectory,
  homeOptions,
  interruptSignal,
} from "../session.ts";

const PORT = 7443;

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("serve the page and the API on loopback until Ctrl-C")
    .option("--port <n>", "port; 0 takes any", portNumber, PORT)
    .option("--link", "print a new login link of the server that runs, and end")
    .action(async (own: { port: number; link?: boolean }) => {
      const options = program.opts<CommonOptions>();
      if (own.link) {
        const { socket } = pathsOf(homeDirectory(options));
        if (!(await isServing(socket)))
          throw new HoldfastError("home/not-served", "no server runs on this home", {
            remedy: "start one with: holdfast serve",
          });
        console.log(await requestLoginLink(socket));
        return;
      }
      process.exitCode = await serve(options, own.port, []);
    });
  program
    .command("start")
    .description(
      "make a home if there is none, import files or the demonstration incident, and serve",
    )
    .argument("[file...]", "captures to import; the demonstration if left out")
    .option("--port <n>", "port; 0 takes any", portNumber, PORT)
    .action(async (files: string[], own: { port: number }) => {
      const options = program.opts<CommonOptions>();
      if (!(await isHome(homeDirectory(options)))) {
        await createHome({ ...homeOptions(options), actor: { name: "owner", via: "cli" } });
        console.error(`holdfast: home made in ${homeDirectory(options)}`);
      }
      process.exitCode = await serve(options, own.port, files);
    });
}

async function serve(
  options: CommonOptions,
  port: number,
  files: readonly string[] | [],
): Promise<number> {
  const signal = interruptSignal();
  const home = await WholeHome.open(homeOptions(options));
  const isStart = files.length > 0 || process.argv.includes("start");
  try {
    const server = await startServer({
      handlersFor: (authority) => createHandlers(home, authority),
      people: home.people,
      socket: pathsOf(home.directory).socket,
      port,
    });
    try {
      await completeIndex(home, signal);
      if (isStart) await importFirst(home, files, signal);
      console.log(`Holdfast is at ${server.address}\nlog in once with ${server.loginLink()}`);
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

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535");
  return value;
}
