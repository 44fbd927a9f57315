import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { People } from "../services/home/index.ts";
import { isSecure, type ReachedAt } from "./reached-at.ts";
import { RequestError } from "./request-error.ts";
import { SESSION_COOKIE, type Sessions } from "./sessions.ts";

/** Binds a sign-in to the browser that began it; seen by the doors alone. */
const SIGN_IN_COOKIE = "holdfast_sign_in";
const SIGN_IN_FLAGS = { path: "/login", httpOnly: true, sameSite: "strict" } as const;
const credentials = z.object({ name: z.string().max(256), password: z.string().max(1024) });
const signInAnswer = z.object({ answer: z.string().max(8192) });

const SESSION_FLAGS = { path: "/", httpOnly: true, sameSite: "strict" } as const;

interface LoginParts {
  readonly sessions: Sessions;
  readonly people: People;
  readonly at: ReachedAt;
}

/** The ways in and out of a session: a link, a name with its password, a passkey, and the end. */
export function addLoginRoutes(app: FastifyInstance, { sessions, people, at }: LoginParts): void {
  const setSession = (
    request: FastifyRequest,
    reply: FastifyReply,
    session: string,
  ): FastifyReply =>
    reply.setCookie(SESSION_COOKIE, session, { ...SESSION_FLAGS, secure: isSecure(request, at) });
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
  app.get("/login/ways", async (_, reply) =>
    reply.header("cache-control", "no-store").send(people.describeWaysIn()),
  );
  app.post("/login/oidc/begin", { bodyLimit: 1 << 10 }, async (request, reply) => {
    const { address, browser } = await people.beginSignIn(request.ip);
    const secure = isSecure(request, at);
    reply.setCookie(SIGN_IN_COOKIE, browser, { ...SIGN_IN_FLAGS, secure });
    return await reply.send({ address });
  });
  app.post("/login/oidc/finish", { bodyLimit: 1 << 14 }, async (request, reply) => {
    const parsed = signInAnswer.safeParse(request.body);
    if (!parsed.success) throw new RequestError("what the provider answered is needed");
    const browser = request.cookies[SIGN_IN_COOKIE] ?? "";
    reply.clearCookie(SIGN_IN_COOKIE, { path: SIGN_IN_FLAGS.path });
    const admission = await people.admitByAccount({ ...parsed.data, browser }, request.ip);
    sessions.end(request.cookies[SESSION_COOKIE]);
    setSession(request, reply, sessions.begin(admission));
    return await reply.code(204).send();
  });
  app.post("/logout", async (request, reply) => {
    sessions.end(request.cookies[SESSION_COOKIE]);
    return await reply.clearCookie(SESSION_COOKIE, { path: "/" }).code(204).send();
  });
}
