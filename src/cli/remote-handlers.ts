import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
  type CallContext,
  type Handlers,
  type Operation,
  type OperationName,
  operations,
} from "../api/index.ts";
import { HoldfastError } from "../core/base/index.ts";

// Not an import: that reads every export of the module, and one of them loads fetch and WebSocket,
// 40 ms of each start of the program.
const { request } = process.getBuiltinModule("node:http");

/** Facts of a `bytes` answer travel in a header. */
const HEADER_BYTES_MAX = 1 << 20;

/** The same contract as a home opened here, spoken to one that runs, over its socket. */
export function remoteHandlers(socketPath: string): Handlers {
  const entries = (Object.keys(operations) as OperationName[]).map((name) => {
    const operation: Operation = operations[name];
    const call = (input: unknown, context: CallContext): unknown =>
      operation.answer === "ndjson"
        ? readLines(operation, input, { socketPath, context })
        : readWhole(operation, input, { socketPath, context });
    return [name, call];
  });
  return Object.fromEntries(entries) as Handlers;
}

/** Asks the running server for a login link. */
export async function requestLoginLink(socketPath: string): Promise<string> {
  const response = await send({ method: "POST", path: "/login-link" }, undefined, { socketPath });
  return (JSON.parse(await readText(response)) as { link: string }).link;
}

/** Whether a server answers on the socket. */
export async function isServing(socketPath: string): Promise<boolean> {
  try {
    const response = await send({ method: "GET", path: "/api/v1/fields" }, undefined, {
      socketPath,
    });
    response.resume();
    return true;
  } catch {
    return false; // nobody there, or a socket left by a process that ended badly
  }
}

interface Way {
  readonly socketPath: string;
  readonly context?: CallContext;
}

async function readWhole(operation: Operation, input: unknown, way: Way): Promise<unknown> {
  const response = await open(operation, input, way);
  if (operation.answer === "json") return JSON.parse(await readText(response));
  const facts = JSON.parse(
    Buffer.from(String(response.headers["holdfast-facts"]), "base64url").toString(),
  );
  return { facts, bytes: response as AsyncIterable<Uint8Array> };
}

async function* readLines(operation: Operation, input: unknown, way: Way): AsyncGenerator<unknown> {
  const response = await open(operation, input, way);
  let rest = "";
  response.setEncoding("utf8");
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const value = JSON.parse(line) as { type?: string };
      if (value.type === "error") throw toError(value as unknown as Failure);
      yield value;
    }
  }
}

async function open(operation: Operation, input: unknown, way: Way): Promise<IncomingMessage> {
  const fields = { ...(input as Record<string, unknown>) };
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = encodeURIComponent(String(fields[name]));
    delete fields[name];
    return value;
  });
  const inBody = operation.method === "POST" && !operation.takesBody;
  const search = new URLSearchParams();
  if (!inBody) {
    for (const [name, value] of Object.entries(fields))
      if (value !== undefined) search.set(name, String(value));
  }
  const query = search.size > 0 ? `?${search}` : "";
  const body = inBody ? JSON.stringify(fields) : way.context?.body;
  const response = await send({ method: operation.method, path: path + query }, body, way);
  if ((response.statusCode ?? 500) < 400) return response;
  throw toError(JSON.parse(await readText(response)) as Failure);
}

function send(
  to: { method: string; path: string },
  body: string | AsyncIterable<Uint8Array> | undefined,
  { socketPath, context }: Way,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const type =
      typeof body === "string"
        ? { "content-type": "application/json" }
        : body
          ? { "content-type": "application/octet-stream" }
          : {};
    const signal = context ? { signal: context.signal } : {};
    const headers = { host: "localhost", ...type };
    const call = request(
      { socketPath, ...to, headers, maxHeaderSize: HEADER_BYTES_MAX, ...signal },
      resolve,
    );
    call.on("error", (cause) =>
      reject(
        context?.signal.aborted
          ? new HoldfastError("cli/interrupted", "interrupted")
          : new HoldfastError("cli/no-server", `the server does not answer: ${cause.message}`, {
              cause,
            }),
      ),
    );
    if (typeof body === "object") Readable.from(body, { objectMode: false }).pipe(call);
    else call.end(body);
  });
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
  readonly column?: number;
  readonly length?: number;
}

function toError({ code, message, remedy, column, length }: Failure): HoldfastError {
  const error = new HoldfastError(code, message, remedy === null ? {} : { remedy });
  return column === undefined ? error : Object.assign(error, { column, length });
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response as AsyncIterable<string>) text += chunk;
  return text;
}
