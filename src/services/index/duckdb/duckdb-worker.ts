import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { logSchemas, schemasByName } from "../../../core/analyzers/index.ts";
import { HoldfastError } from "../../../core/base/index.ts";
import {
  createDirectory,
  listDirectory,
  readFileIfPresent,
  removeTree,
  writeFileDurably,
} from "../../../platform/index.ts";
import type { IndexStore, Scope } from "../index-store.ts";
import { selectConversations } from "./conversations.ts";
import { selectEndpoints } from "./endpoints.ts";
import { selectGroups } from "./groups.ts";
import { histogram } from "./histogram.ts";
import { Partition } from "./partition.ts";
import { selectProtocols } from "./protocol-sums.ts";
import { findCandidates, selectRows, summarise, type Target } from "./questions.ts";
import { tablesShape } from "./tables.ts";

interface Options {
  readonly directory: string;
  readonly memoryLimitMib: number;
  readonly threads: number;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Waiting {
  readonly id: number;
  readonly isUrgent: boolean;
  readonly go: (connection: DuckDBConnection) => void;
  readonly give: (error: Error) => void;
}

/** Queries that may run side by side; more wait their turn. */
const READERS = 3;

const options = workerData as Options;
const partitions = new Map<string, Partition>();
const running = new Map<number, DuckDBConnection>();
const idle: DuckDBConnection[] = [];
/** In the order of their calls, but for rows and how many there are, which somebody waits to see: they go first. */
const waiting: Waiting[] = [];
let writer: DuckDBConnection;
let writes: Promise<unknown> = Promise.resolve();

async function open(): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${options.memoryLimitMib}MiB`,
    threads: String(options.threads),
    temp_directory: join(options.directory, "spill"),
    preserve_insertion_order: "false",
  });
  writer = await instance.connect();
  for (let n = 0; n < READERS; n++) idle.push(await instance.connect());
  await createDirectory(cases());
  const shape = join(options.directory, "shape");
  const known = new TextDecoder().decode(await readFileIfPresent(shape));
  if (known !== tablesShape(logSchemas)) {
    await removeTree(cases());
    await createDirectory(cases());
    await writeFileDurably(shape, tablesShape(logSchemas));
  }
  for (const caseName of await listDirectory(cases())) {
    for (const day of await listDirectory(join(cases(), caseName)))
      await openPartition(caseName, day);
  }
}

function cases(): string {
  return join(options.directory, "cases");
}

/** A partition that does not open is thrown away: the owner sees its segments missing and rebuilds them. */
async function openPartition(caseName: string, day: string): Promise<Partition> {
  const key = `${caseName}/${day}`;
  const known = partitions.get(key);
  if (known) return known;
  const directory = join(cases(), caseName, day);
  const place = { case: caseName, day, directory, catalog: `p${partitions.size}` };
  let partition = new Partition(place, schemasByName);
  try {
    await partition.open(writer);
  } catch {
    await writer.run(`DETACH DATABASE IF EXISTS ${place.catalog}`);
    await removeTree(directory);
    place.catalog = `${place.catalog}_again`;
    partition = new Partition(place, schemasByName);
    await partition.open(writer);
  }
  partitions.set(key, partition);
  return partition;
}

function targetsOf(scope: Scope): Target[] {
  const targets: Target[] = [];
  for (const partition of partitions.values()) {
    if (scope.case !== undefined && partition.case !== scope.case) continue;
    if (scope.cases !== undefined && !scope.cases.includes(partition.case)) continue;
    if (scope.segments === undefined) {
      targets.push({ partition, numbers: undefined });
      continue;
    }
    const numbers = scope.segments
      .map((s) => partition.numberOfSegment(s))
      .filter((n) => n !== undefined);
    if (numbers.length > 0) targets.push({ partition, numbers });
  }
  return targets;
}

function partitionOf(segment: string): Partition {
  for (const partition of partitions.values()) if (partition.has(segment)) return partition;
  throw new HoldfastError("index/unknown-segment", `segment ${segment} is not in the index`);
}

function logOf(name: string) {
  const log = schemasByName.get(name);
  if (log === undefined)
    throw new HoldfastError("index/unknown-log", `there is no log called ${name}`);
  return log;
}

/** One writer, in call order. */
function write<T>(task: () => Promise<T>): Promise<T> {
  const next = writes.then(task);
  writes = next.catch(() => undefined);
  return next;
}

async function read<T>(
  id: number,
  task: (connection: DuckDBConnection) => Promise<T>,
  { isUrgent = false } = {},
): Promise<T> {
  const turn = (): Promise<DuckDBConnection> =>
    new Promise((go, give) => waiting.push({ id, isUrgent, go, give }));
  const connection = idle.pop() ?? (await turn());
  running.set(id, connection);
  try {
    return await task(connection);
  } finally {
    running.delete(id);
    const next = waiting.findIndex((one) => one.isUrgent);
    const [one] = waiting.splice(Math.max(next, 0), 1);
    if (one === undefined) idle.push(connection);
    else one.go(connection);
  }
}

/** Ends what runs, and what waits before it began. */
function cancel(id: number): void {
  running.get(id)?.interrupt();
  const at = waiting.findIndex((one) => one.id === id);
  if (at < 0) return;
  waiting.splice(at, 1)[0]!.give(new HoldfastError("index/cancelled", "the query was cancelled"));
}

type Methods = {
  [K in Exclude<keyof IndexStore, "logs">]: (
    id: number,
    args: Parameters<IndexStore[K]>,
  ) => Promise<unknown>;
};

const methods: Methods = {
  segments: async () => [...partitions.values()].flatMap((partition) => partition.segments()),
  beginSegment: (_, [s]) =>
    write(async () => (await openPartition(s.case, s.day)).begin(writer, s.segment, s.capture)),
  load: (_, [segment, frames]) => write(() => partitionOf(segment).load(writer, segment, frames)),
  completeSegment: (_, [segment]) => write(() => partitionOf(segment).complete(writer, segment)),
  dropSegment: (_, [segment]) => write(() => partitionOf(segment).drop(writer, segment)),
  rows: (id, [r]) =>
    read(id, (c) => selectRows(c, targetsOf(r.scope), logOf(r.log), r), { isUrgent: true }),
  count: (id, [r]) =>
    read(id, (c) => summarise(c, targetsOf(r.scope), logOf(r.log), r.condition), {
      isUrgent: true,
    }),
  histogram: (id, [r]) => read(id, (c) => histogram(c, targetsOf(r.scope), logOf(r.log), r)),
  groups: (id, [r]) => read(id, (c) => selectGroups(c, targetsOf(r.scope), logOf(r.log), r)),
  conversations: (id, [r]) => read(id, (c) => selectConversations(c, targetsOf(r.scope), r)),
  endpoints: (id, [r]) => read(id, (c) => selectEndpoints(c, targetsOf(r.scope), r)),
  protocols: (id, [r]) => read(id, (c) => selectProtocols(c, targetsOf(r.scope), r)),
  candidates: (id, [scope, plan]) => read(id, (c) => findCandidates(c, targetsOf(scope), plan)),
  readPostings: async (_, [segment, first, bytes]) =>
    partitionOf(segment).readPostings(segment, first, bytes),
  readLayout: async (_, [segment]) => partitionOf(segment).readLayout(segment),
  stop: () =>
    write(async () => {
      for (const partition of partitions.values()) await partition.close();
      for (const partition of partitions.values()) await writer.run(`DETACH ${partition.catalog}`);
    }),
};

const port = parentPort!;
type Method = (id: number, args: readonly unknown[]) => Promise<unknown>;

const opened = open();
port.on("message", (call: Call) => void answer(call));

async function answer(call: Call): Promise<void> {
  if (call.method === "cancel") {
    cancel(call.args[0] as number);
    return;
  }
  try {
    await opened;
    const method = methods[call.method as keyof Methods] as Method;
    const value = await method(call.id, call.args);
    port.postMessage({ id: call.id, value });
  } catch (error) {
    const { message } = error as Error;
    const code =
      error instanceof HoldfastError
        ? error.code
        : /INTERRUPT/i.test(message)
          ? "index/cancelled"
          : "index/failed";
    const remedy = error instanceof HoldfastError ? error.remedy : undefined;
    port.postMessage({ id: call.id, error: { code, message, remedy } });
  }
}
