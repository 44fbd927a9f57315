import { type Command, InvalidArgumentError } from "commander";
import { HoldfastError } from "../../core/base/index.ts";
import { pathsOf, readFileSync, toStorageError } from "../../platform/index.ts";
import { isServing, requestLoginLink } from "../remote-handlers.ts";
import type { ServingPlace } from "../serve-home.ts";
import { type CommonOptions, homeDirectory } from "../session.ts";

const PORT = 7443;

interface ServeOptions {
  readonly port: number;
  readonly host?: string;
  readonly origin?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly link?: boolean;
  readonly embedOrigin: readonly string[];
}

const BEYOND = `
Examples of serving others, over https alone:
  holdfast serve --origin https://holdfast.example            behind a proxy on this machine that passes
                                                              Host, X-Forwarded-For and X-Forwarded-Proto
  holdfast serve --host 0.0.0.0 --port 443 --origin https://holdfast.example \\
    --tls-cert chain.pem --tls-key key.pem                    by itself
Passkeys are bound to the name in --origin, and need https; at an address of numbers there are none.
`;

const EMBEDDING = `
Example of a trace in the page of a ticket or an alert, for whoever the token lets see it:
  holdfast tokens create --help
  holdfast serve --embed-origin https://tickets.example
  <script src="http://127.0.0.1:7443/holdfast-trace.js"></script>
  <holdfast-trace src="http://127.0.0.1:7443/embed/UID" token="hf_…"></holdfast-trace>`;

export function addServeCommand(program: Command): void {
  withServing(program.command("serve"))
    .description("serve the page and the API, on loopback unless told otherwise, until Ctrl-C")
    .option("--link", "print a new login link of the server that runs, and end")
    .addHelpText("after", BEYOND + EMBEDDING)
    .action(async (own: ServeOptions) => {
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
      const { serveHome } = await servingModules();
      process.exitCode = await serveHome(options, placeOf(own));
    });
  withServing(program.command("start"))
    .description(
      "make a home if there is none, import files or the demonstration incident, and serve",
    )
    .argument("[file...]", "captures to import; the demonstration if left out")
    .action(async (files: string[], own: ServeOptions) => {
      const options = program.opts<CommonOptions>();
      const { ensureHome, serveHome } = await servingModules();
      await ensureHome(options);
      process.exitCode = await serveHome(options, placeOf(own), files);
    });
}

/** The options of how a server is reached, which both commands have. */
function withServing(command: Command): Command {
  return command
    .option("--port <n>", "port; 0 takes any", portNumber, PORT)
    .option("--host <address>", "listen here instead of on loopback; needs TLS and --origin")
    .option("--origin <origin>", "what people type, such as https://holdfast.example", oneOrigin)
    .option("--tls-cert <file>", "certificate with its chain, PEM")
    .option("--tls-key <file>", "its key, PEM")
    .option(
      "--embed-origin <origin>",
      "a page that may embed traces; may be given again",
      origin,
      [],
    );
}

/** Certificate and key, or neither. */
function tlsOf({ tlsCert, tlsKey }: ServeOptions): { cert: string; key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    const missing = tlsCert === undefined ? "--tls-cert" : "--tls-key";
    throw new HoldfastError("request/bad-input", `${missing} FILE is missing beside the other`);
  }
  return { cert: readPem(tlsCert), key: readPem(tlsKey) };
}

function readPem(path: string): string {
  try {
    return new TextDecoder().decode(readFileSync(path));
  } catch (error) {
    throw toStorageError("server", `cannot read ${path}`, error);
  }
}

// Loaded by these two commands alone: the server is a quarter of all modules.
const servingModules = () => import("../serve-home.ts");

function placeOf(own: ServeOptions): ServingPlace {
  const { port, host, origin: outside, embedOrigin: embedOrigins } = own;
  return { port, host, origin: outside, tls: tlsOf(own), embedOrigins };
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535");
  return value;
}

/** Reads one origin more. */
function origin(text: string, origins: readonly string[]): string[] {
  return [...origins, oneOrigin(text)];
}

/** Scheme, host and port, nothing behind them. */
function oneOrigin(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.origin !== text) {
    throw new InvalidArgumentError("an origin is meant, such as https://tickets.example");
  }
  return text;
}
