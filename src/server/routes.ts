import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import {
  type CallContext,
  type Handlers,
  type Operation,
  type OperationName,
  operations,
  statusOf,
} from "../api/index.ts";
import { HoldfastError } from "../core/base/index.ts";
import type { Authority } from "../core/custody/index.ts";
import type { People } from "../services/home/index.ts";
import { RequestError } from "./request-error.ts";

/** What routes are made of. */
export interface RouteParts {
  readonly handlersFor: (authority: Authority) => Handlers;
  readonly people: People;
  /** Says who asks, or throws `session/…`. */
  readonly authenticate: (request: FastifyRequest) => Promise<Authority>;
}

/** Makes a route of every operation: authenticate, validate, call; nothing is decided here. */
export function addRoutes(app: FastifyInstance, parts: RouteParts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_, text, done) => {
    try {
      done(null, text === "" ? {} : JSON.parse(String(text)));
    } catch {
      done(new RequestError("the request's body is not JSON"), undefined);
    }
  });
  app.addContentTypeParser("application/octet-stream", (_, payload, done) => done(null, payload));
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send({
      code: "request/unknown",
      message: `there is nothing at ${request.url.split("?")[0]}`,
      remedy: null,
    });
  });
  for (const name of Object.keys(operations) as OperationName[]) addRoute(app, name, parts);
}

function addRoute(
  app: FastifyInstance,
  name: OperationName,
  { handlersFor, people, authenticate }: RouteParts,
): void {
  const operation: Operation = operations[name];
  app.route({
    method: operation.method,
    url: operation.path,
    bodyLimit: operation.takesBody ? Number.MAX_SAFE_INTEGER : 1 << 20,
    handler: async (request, reply) => {
      // What one person may see is not for the next one at the same browser.
      reply.header("cache-control", "no-store");
      const authority = await authenticate(request);
      await people.assertMay(authority, name, operation.needs);
      const gone = new AbortController();
      reply.raw.on("close", () => {
        if (!reply.raw.writableFinished) gone.abort();
      });
      const input = readInput(operation, request);
      const body =
        operation.takesBody && request.body instanceof Readable
          ? { body: request.body as AsyncIterable<Uint8Array> }
          : {};
      const context: CallContext = { actor: authority.actor, signal: gone.signal, ...body };
      const call = handlersFor(authority)[name] as (
        input: unknown,
        context: CallContext,
      ) => unknown;
      return await answer(operation, await call(input, context), reply);
    },
  });
}

function readInput(operation: Operation, request: FastifyRequest): unknown {
  const isBody = operation.method === "POST" && !operation.takesBody;
  const raw = {
    ...(request.query as object),
    ...(request.params as object),
    ...(isBody ? (request.body as object) : {}),
  };
  const parsed = operation.input.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new RequestError(describeIssues(parsed.error));
}

/** Names each wrong field and what it should be. */
function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.join(".") || "the request"}: ${issue.message.toLowerCase()}`)
    .join("; ");
}

async function answer(operation: Operation, value: unknown, reply: FastifyReply): Promise<unknown> {
  switch (operation.answer) {
    case "json":
      return await reply.send(value);
    case "ndjson":
      reply.type("application/x-ndjson");
      return await reply.send(Readable.from(lines(await begin(value as AsyncIterable<unknown>))));
    case "bytes": {
      const { facts, bytes } = value as { facts: unknown; bytes: AsyncIterable<Uint8Array> };
      reply
        .type(operation.mediaType ?? "application/octet-stream")
        .header("content-disposition", "attachment")
        .header("holdfast-facts", Buffer.from(JSON.stringify(facts)).toString("base64url"));
      return await reply.send(Readable.from(bytes, { objectMode: false }));
    }
  }
}

/** Waits for the first value, so that what fails before it has a status of its own. */
async function begin<T>(values: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = values[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      if (first.done) return;
      yield first.value;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  })();
}

/** Once lines have been sent a status cannot be: the failure is the last line. */
async function* lines(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  try {
    for await (const value of values) yield `${JSON.stringify(value)}\n`;
  } catch (error) {
    yield `${JSON.stringify({ type: "error", ...describeError(error) })}\n`;
  }
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const described = describeError(error);
  const status = statusOf(described.code);
  if (status === 500) request.log.error(error);
  const { retry_after_s: seconds } = described;
  if (seconds !== undefined) reply.header("retry-after", seconds);
  reply.code(status).send(described);
}

interface Described {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
  readonly column?: number | undefined;
  readonly length?: number | undefined;
  /** Nothing is looked at before. */
  readonly retry_after_s?: number | undefined;
}

function describeError(error: unknown): Described {
  if (error instanceof HoldfastError) {
    const { column, length, retryAfterSeconds } = error as {
      column?: number;
      length?: number;
      retryAfterSeconds?: number;
    };
    return {
      code: error.code,
      message: error.message,
      remedy: error.remedy ?? null,
      ...(column !== undefined && { column, length }),
      ...(retryAfterSeconds !== undefined && { retry_after_s: retryAfterSeconds }),
    };
  }
  const { code, message } = error as { code?: string; message?: string };
  if (code?.startsWith("FST_"))
    return { code: "request/bad-input", message: message ?? code, remedy: null };
  return {
    code: "server/failed",
    message: `something went wrong here: ${message ?? String(error)}`,
    remedy: null,
  };
}
