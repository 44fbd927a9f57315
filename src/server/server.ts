import { fileURLToPath } from "node:url";
import cookie from "@fastify/cookie";
import statics from "@fastify/static";
import fastify, { type FastifyInstance } from "fastify";
import type { Handlers } from "../api/index.ts";
import { HoldfastError } from "../core/base/index.ts";
import { type Authority, ownerAuthority } from "../core/custody/index.ts";
import { removeTree, restrictToOwner, systemClock, toStorageError } from "../platform/index.ts";
import type { People } from "../services/home/index.ts";
import { addLoginRoutes } from "./login-routes.ts";
import { assertOurs, assertTls, faultOf, type ReachedAt, type TlsFiles } from "./reached-at.ts";
import { addRoutes } from "./routes.ts";
import { Sessions } from "./sessions.ts";

export interface ServerOptions {
  readonly handlersFor: (authority: Authority) => Handlers;
  readonly people: People;
  /** Unix socket for the command line; its folder's mode is its lock. */
  readonly socket: string;
  readonly port: number;
  /** Loopback if left out. */
  readonly host?: string | undefined;
  /** What people type, where it is not where the server listens. */
  readonly origin?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  /** Pages that may show a connection inside themselves; none unless said. */
  readonly embedOrigins?: readonly string[];
}

export interface RunningServer {
  /** Where it listens. */
  readonly address: string;
  /** Where people reach it. */
  readonly origin: string;
  /** An address that logs in, once. */
  loginLink(): string;
  stop(): Promise<void>;
}

const PAGE = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** Addresses of the page's own: the same file, which reads them itself. */
const PAGES = [
  "/search",
  "/connections/:uid",
  "/embed/:uid",
  "/objects",
  "/captures",
  "/cases",
  "/keys",
  "/ledger",
  "/people",
  "/me",
  "/s/:share",
  // Where a sign-in provider sends browsers back to.
  "/login/oidc",
];

/** Nothing from elsewhere, no inline script, no frame, and no string becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  // One policy, which knows one address: that of the script below.
  "trusted-types wireshark",
].join("; ");

/**
 * The script that Wireshark's dissection runs in makes functions from text, as its compiler left it. It
 * may, since it can reach nothing: what it knows of came by message and leaves by message.
 */
const WORKER_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "connect-src 'none'",
  "frame-ancestors 'none'",
].join("; ");
/** One connection for another page: framed by those alone who were named. */
function embedPolicy(origins: readonly string[]): string {
  const ancestors = origins.length === 0 ? "'none'" : origins.join(" ");
  return POLICY.replace("frame-ancestors 'none'", `frame-ancestors ${ancestors}`);
}
const EMBED = /^\/embed\//;
const ELEMENT = "/holdfast-trace.js";
const WORKER = /^\/wireshark\/worker-[\w-]+\.js$/;

/** Serves page and API, on loopback unless told otherwise, to whoever logged in, and the API on a Unix socket to the owner. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { handlersFor, people } = options;
  const sessions = new Sessions(people, systemClock.nowMs);
  const at: ReachedAt = { ...options, host: options.host ?? "127.0.0.1" };
  const fault = faultOf(at);
  if (fault !== undefined) throw new HoldfastError("request/bad-input", fault);
  const web = createWeb(at);
  await addPage(web, at, options.embedOrigins ?? []);
  addLoginRoutes(web, { sessions, people, at });
  addRoutes(web, { handlersFor, people, authenticate: sessions.authenticate });
  const local = fastify({ logger: { level: "error" }, forceCloseConnections: true });
  addRoutes(local, { handlersFor, people, authenticate: async () => ownerAuthority("cli") });
  local.post("/login-link", async () => ({ link: link() }));
  let address = "";
  const link = (): string => `${people.servedAt}/login?token=${sessions.createLink()}`;
  try {
    await removeTree(options.socket); // of a process that ended badly: the home's lock says it is ours
    await local.listen({ path: options.socket });
    await restrictToOwner(options.socket);
    address = await web.listen({ host: at.host, port: options.port });
    people.servedAt = at.origin ?? address;
  } catch (error) {
    await local.close();
    await web.close();
    throw listenError(error, options.port);
  }
  return {
    address,
    origin: at.origin ?? address,
    loginLink: link,
    stop: async () => {
      people.servedAt = undefined;
      await Promise.all([web.close(), local.close()]);
    },
  };
}

function createWeb({ tls, origin }: ReachedAt): FastifyInstance {
  const options = { logger: { level: "error" }, forceCloseConnections: true } as const;
  if (tls !== undefined) {
    assertTls(tls);
    return fastify({ ...options, https: { ...tls } }) as unknown as FastifyInstance;
  }
  // Behind a proxy on this machine everybody would have its address, and one's wrong passwords be all's.
  return fastify({ ...options, ...(origin !== undefined && { trustProxy: "loopback" }) });
}

async function addPage(
  app: FastifyInstance,
  at: ReachedAt,
  embedOrigins: readonly string[],
): Promise<void> {
  const embedded = embedPolicy(embedOrigins);
  await app.register(cookie);
  app.addHook("onRequest", async (request, reply) => {
    assertOurs(request, at);
    const isEmbedded = EMBED.test(request.url);
    const policy = isEmbedded ? embedded : WORKER.test(request.url) ? WORKER_POLICY : POLICY;
    reply.headers({
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      // The element that embeds is a script of the other page; it knows nothing of this home.
      "cross-origin-resource-policy": request.url === ELEMENT ? "cross-origin" : "same-origin",
    });
  });
  await app.register(statics, { root: PAGE, wildcard: false, index: "index.html" });
  // The whole state of a view is in the address: every page is the same document.
  for (const path of PAGES) {
    app.get(path, (_, reply) => reply.sendFile("index.html"));
  }
  // Whoever mistypes an address is told by the page what is there; programs are told as ever.
  app.get("/*", (request, reply) =>
    /\btext\/html\b/.test(request.headers.accept ?? "")
      ? reply.code(404).sendFile("index.html")
      : reply.callNotFound(),
  );
}

function listenError(error: unknown, port: number): Error {
  if ((error as { code?: string }).code === "EADDRINUSE") {
    return new HoldfastError("server/port-in-use", `port ${port} is in use`, {
      remedy: "choose another with --port, or 0 for any",
    });
  }
  return toStorageError("server", "cannot listen", error);
}
