import { routes } from "virtual:routes";
import type { InputOf, OperationName, Operations, OutputOf } from "../../src/api/index.ts";
import { HoldfastError, joinBytes, sizeText } from "../../src/core/base/index.ts";
import { bearer } from "./embed/bearer.ts";

type NamesOf<Answer> = {
  [K in OperationName]: Operations[K]["answer"] extends Answer ? K : never;
}[OperationName];

export type Output<K extends OperationName> = OutputOf<Operations[K]>;
export type Input<K extends OperationName> = InputOf<Operations[K]>;

/** What the server said is wrong, with the column of a query where there is one. */
export class RequestFailed extends HoldfastError {
  readonly column: number | undefined;
  readonly length: number | undefined;
  /** Nothing is looked at before. */
  readonly retryAfterSeconds: number | undefined;

  constructor(said: Said) {
    super(said.code, said.message, said.remedy ? { remedy: said.remedy } : {});
    this.column = said.column;
    this.length = said.length;
    this.retryAfterSeconds = said.retry_after_s;
  }
}

interface Said {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | null;
  readonly column?: number;
  readonly length?: number;
  readonly retry_after_s?: number;
}

/** Asks one operation for its JSON answer. */
export async function call<K extends NamesOf<"json">>(
  name: K,
  input: Input<K>,
  signal?: AbortSignal,
): Promise<Output<K>> {
  const response = await send(name, input as Record<string, unknown>, signal);
  return (await response.json()) as Output<K>;
}

/** Asks one operation for its lines, as they come; a line that tells of a failure is thrown. */
export async function* lines<K extends NamesOf<"ndjson">>(
  name: K,
  input: Input<K>,
  signal?: AbortSignal,
): AsyncGenerator<Output<K>> {
  const response = await send(name, input as Record<string, unknown>, signal);
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const parts = (rest + (value ?? "")).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) yield readLine<Output<K>>(line);
    if (done) return;
  }
}

/** Asks one operation for its file and the facts that come with it. */
export async function download<K extends NamesOf<"bytes">>(
  name: K,
  input: Input<K>,
  signal?: AbortSignal,
): Promise<{ facts: Output<K>; blob: Blob }> {
  const response = await send(name, input as Record<string, unknown>, signal);
  const facts = decodeFacts(response.headers.get("holdfast-facts") ?? "") as Output<K>;
  return { facts, blob: await response.blob() };
}

/** The same, told how far it came, and given up when it is larger than the page can hold. */
export async function downloadWithin<K extends NamesOf<"bytes">>(
  name: K,
  input: Input<K>,
  limits: { bytesMax: number; told: (bytes: number) => void; signal: AbortSignal },
): Promise<{ facts: Output<K>; bytes: Uint8Array }> {
  const enough = new AbortController();
  const either = AbortSignal.any([limits.signal, enough.signal]);
  const response = await send(name, input as Record<string, unknown>, either);
  const facts = decodeFacts(response.headers.get("holdfast-facts") ?? "") as Output<K>;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > limits.bytesMax) {
      enough.abort();
      throw tooLarge(limits.bytesMax);
    }
    pieces.push(piece);
    limits.told(length);
  }
  return { facts, bytes: joinBytes(pieces) };
}

function tooLarge(bytesMax: number): RequestFailed {
  return new RequestFailed({
    code: "page/too-large",
    message: `there are more than ${sizeText(bytesMax)} of packets`,
    remedy: "ask for a shorter time",
  });
}

/** A line of a streamed answer, or the failure that ended it. */
export function readLine<T>(line: string): T {
  const value = JSON.parse(line) as T & { type?: string };
  if (value.type === "error") throw new RequestFailed(value as unknown as Said);
  return value;
}

/** The address of an operation, its input in path and query. */
export function addressOf(name: OperationName, input: Record<string, unknown>): string {
  const used = new Set<string>();
  const path = routes[name].path.replace(/:(\w+)/g, (_, key: string) => {
    used.add(key);
    return encodeURIComponent(String(input[key]));
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input)) {
    if (!used.has(key) && value !== undefined) query.set(key, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function send(
  name: OperationName,
  input: Record<string, unknown>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const isPost = routes[name].method === "POST";
  let response: Response;
  try {
    response = await fetch(isPost ? routes[name].path : addressOf(name, input), {
      method: routes[name].method,
      signal: signal ?? null,
      headers: { ...bearer, ...(isPost && { "content-type": "application/json" }) },
      ...(isPost && { body: JSON.stringify(input) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

const NO_SERVER = "page/no-server";

/** The server does not answer: it was stopped, or its machine was. */
export function unreachable(): RequestFailed {
  return new RequestFailed({
    code: NO_SERVER,
    message: "the server does not answer",
    remedy: "see whether holdfast still runs, start it with: holdfast serve, then try again",
  });
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof RequestFailed && error.code === NO_SERVER;
}

/** What a refusal says, or that it says nothing. */
export async function failureOf(response: Response): Promise<RequestFailed> {
  try {
    return new RequestFailed((await response.json()) as Said);
  } catch {
    return new RequestFailed({
      code: "page/bad-answer",
      message: `the server answered ${response.status} without saying why`,
    });
  }
}

function decodeFacts(text: string): unknown {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
