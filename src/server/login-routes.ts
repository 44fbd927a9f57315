import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { People } from "../services/home/index.ts";
import { RequestError } from "./request-error.ts";
import { SESSION_COOKIE, type Sessions } from "./sessions.ts";

const credentials = z.object({ name: z.string().max(256), password: z.string().max(1024) });

/** The ways in and out of a session: a link, a name with its password, a passkey, and the end. */
export function addLoginRoutes(app: FastifyInstance, sessions: Sessions, people: People): void {
  app.get("/login", async (request, reply) => {
    const { token } = request.query as { token?: unknown };
    const session = typeof token === "string" ? await sessions.redeem(token) : undefined;
    if (session === undefined) return await reply.redirect("/?login=used");
    return await setSession(request, reply, session).redirect("/");
  });
  app.post("/login", { bodyLimit: 1 << 14 }, async (request, reply) => {
    const parsed = credentials.safeParse(request.body);
    if (!parsed.success) throw new RequestError("a name and a password are needed");
    const admission = await people.admitByPassword(parsed.data, request.ip);
    sessions.end(request.cookies[SESSION_COOKIE]);
    setSession(request, reply, sessions.begin(admission));
    return await reply.code(204).send();
  });
  app.post("/login/passkey/begin", { bodyLimit: 1 << 10 }, async () => ({
    options: await people.beginPasskeyLogin(),
  }));
  app.post("/login/passkey", { bodyLimit: 1 << 15 }, async (request, reply) => {
    const admission = await people.admitByPasskey(request.body, request.ip);
    sessions.end(request.cookies[SESSION_COOKIE]);
    setSession(request, reply, sessions.begin(admission));
    return await reply.code(204).send();
  });
  app.post("/logout", async (request, reply) => {
    sessions.end(request.cookies[SESSION_COOKIE]);
    return await reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send();
  });
}

function setSession(request: FastifyRequest, reply: FastifyReply, session: string): FastifyReply {
  const secure = request.protocol === "https";
  const flags = { path: "/", httpOnly: true, sameSite: "strict" as const, secure };
  return reply.setCookie(SESSION_COOKIE, session, flags);
}
