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
import { addRoutes } from "./routes.ts";
import { Sessions } from "./sessions.ts";

export interface ServerOptions {
  readonly handlersFor: (authority: Authority) => Handlers;
  readonly people: People;
  /** Unix socket for the command line; its folder's mode is its lock. */
  readonly socket: string;
  readonly port: number;
  readonly host?: string;
  /** Pages that may show a connection inside themselves; none unless said. */
  readonly embedOrigins?: readonly string[];
}

export interface RunningServer {
  readonly address: string;
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

/** Serves page and API on loopback to whoever logged in, and the API on a Unix socket to the owner. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { handlersFor, people } = options;
  const sessions = new Sessions(people, systemClock.nowMs);
  const host = options.host ?? "127.0.0.1";
  const web = fastify({ logger: { level: "error" }, forceCloseConnections: true });
  await addPage(web, options.embedOrigins ?? []);
  addLoginRoutes(web, sessions, people);
  addRoutes(web, { handlersFor, people, authenticate: sessions.authenticate });
  const local = fastify({ logger: { level: "error" }, forceCloseConnections: true });
  addRoutes(local, { handlersFor, people, authenticate: async () => ownerAuthority("cli") });
  local.post("/login-link", async () => ({ link: link() }));
  let address = "";
  const link = (): string => `${address}/login?token=${sessions.createLink()}`;
  try {
    await removeTree(options.socket); // of a process that ended badly: the home's lock says it is ours
    await local.listen({ path: options.socket });
    await restrictToOwner(options.socket);
    address = await web.listen({ host, port: options.port });
    people.servedAt = address;
  } catch (error) {
    await local.close();
    await web.close();
    throw listenError(error, options.port);
  }
  return {
    address,
    loginLink: link,
    stop: async () => {
      people.servedAt = undefined;
      await Promise.all([web.close(), local.close()]);
    },
  };
}

async function addPage(app: FastifyInstance, embedOrigins: readonly string[]): Promise<void> {
  const embedded = embedPolicy(embedOrigins);
  await app.register(cookie);
  app.addHook("onRequest", async (request, reply) => {
    // A page of another site may reach loopback by a name of its own: only ours are answered.
    const name = request.hostname.replace(/^\[|\]$/g, "");
    if (!["127.0.0.1", "localhost", "::1"].includes(name)) {
      throw new HoldfastError("session/bad-origin", `this server is not called ${name}`);
    }
    const { origin } = request.headers;
    if (request.method !== "GET" && origin !== undefined && new URL(origin).host !== request.host) {
      throw new HoldfastError("session/bad-origin", "a page of another site may not ask for this");
    }
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
}

function listenError(error: unknown, port: number): Error {
  if ((error as { code?: string }).code === "EADDRINUSE") {
    return new HoldfastError("server/port-in-use", `port ${port} is in use`, {
      remedy: "choose another with --port, or 0 for any",
    });
  }
  return toStorageError("server", "cannot listen", error);
}
