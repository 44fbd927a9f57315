import { afterEach, expect, test, vi } from "vitest";
import type { CallName, Calls, Reply, Request } from "../../wireshark/contract.ts";
import type { CaptureFile } from "./capture-file.ts";
import { DissectorBroke, type Port } from "./dissector.ts";
import { captureOf } from "./testdata.ts";
import { type Progress, Wireshark } from "./wireshark.ts";

type Answers = (request: Request, worker: number) => unknown;
const SILENT = Symbol("no answer");

/** Workers that answer as the contract says, but where they are told to break or to be silent. */
class Workers {
  made = 0;
  ended = 0;
  readonly asked: string[] = [];
  readonly wireshark: Wireshark;
  readonly #answers: Answers;

  constructor(answers: Answers = () => undefined) {
    this.#answers = answers;
    this.wireshark = new Wireshark({
      createPort: () => this.#port(),
      fetchFiles: async (told) => {
        told(3, 3);
        return { program: new ArrayBuffer(1), tables: new ArrayBuffer(1) };
      },
    });
  }

  #port(): Port {
    const worker = ++this.made;
    const port: Port = {
      onmessage: null,
      onerror: null,
      postMessage: (request) => {
        this.asked.push(request.name);
        queueMicrotask(() => this.#reply(port, request, worker));
      },
      terminate: () => this.ended++,
    };
    return port;
  }

  #reply(port: Port, request: Request, worker: number): void {
    const { id, name } = request;
    const own = this.#answers(request, worker);
    if (own === SILENT) return;
    const reply: Reply =
      own instanceof Error
        ? { id, ok: false, message: own.message, isBroken: own instanceof RangeError }
        : { id, ok: true, output: own ?? USUAL[name] };
    port.onmessage?.({ data: reply });
  }
}

const USUAL: Partial<{ [K in CallName]: Calls[K]["output"] }> = {
  start: { version: "4.4.5" },
  load: { packets: 3, columns: ["Time", "Info"] },
  check: { fault: "" },
  frame: { lines: [], linesLeftOut: 0, sources: [], follow: [] },
};

const check = { name: "check", input: { filter: "tcp" } } as const;
const frame = (number: number) => ({ name: "frame", input: { number } }) as const;
const none = (): void => {};
/** Whether a file that is loaded holds a packet, which is ten bytes of its number. */
const holds = ({ name, input }: Request, number: number): boolean => {
  if (name !== "load") return false;
  const { capture } = input as { capture: Uint8Array };
  return Buffer.from(capture).includes(Buffer.alloc(10, number));
};

afterEach(() => {
  vi.useRealTimers();
});

test("a worker is started once and kept for the next capture", async () => {
  const workers = new Workers();
  const steps: Progress["step"][] = [];
  const opened = await workers.wireshark.open(captureOf(3), ({ step }) => steps.push(step));
  expect(opened).toEqual({ version: "4.4.5", columns: ["Time", "Info"], breaking: new Set() });
  expect(steps).toEqual(["fetching", "starting", "reading"]);
  await workers.wireshark.ask(captureOf(3), check);
  await workers.wireshark.ask(captureOf(3, "other"), check);
  expect(workers.asked).toEqual(["start", "load", "check", "load", "check"]);
  expect(workers.made).toBe(1);
});

test("a packet that breaks the worker when it is opened is marked, and the next finds a new one", async () => {
  const workers = new Workers(({ name, input }) =>
    name === "frame" && (input as { number: number }).number === 2
      ? new RangeError("out of bounds")
      : undefined,
  );
  const capture = captureOf(3);
  await expect(workers.wireshark.ask(capture, frame(2))).rejects.toThrow(DissectorBroke);
  await workers.wireshark.ask(capture, frame(1));
  expect([workers.made, workers.ended]).toEqual([2, 1]);
  const { breaking } = await workers.wireshark.open(capture, none);
  expect(breaking).toEqual(new Set([2]));
});

test("a packet that breaks the loading is found by halving and left out", async () => {
  const workers = new Workers((request) =>
    holds(request, 77) ? new RangeError("out of bounds") : undefined,
  );
  const { breaking } = await workers.wireshark.open(captureOf(100), none);
  expect(breaking).toEqual(new Set([77]));
  expect(workers.made).toBeLessThan(12);
});

test("when too many packets break it, it is given up", async () => {
  const workers = new Workers((request) =>
    [3, 5, 7].some((number) => holds(request, number)) ? new RangeError("oops") : undefined,
  );
  await expect(workers.wireshark.open(captureOf(10), none)).rejects.toThrow("break Wireshark");
});

test("a refusal that breaks nothing leaves the worker as it is", async () => {
  const workers = new Workers(({ name }) => (name === "check" ? new Error("no") : undefined));
  const capture = captureOf(1);
  await expect(workers.wireshark.ask(capture, check)).rejects.toThrow("no");
  await workers.wireshark.ask(capture, frame(1));
  expect(workers.made).toBe(1);
});

test("a call that does not end in its time ends the worker", async () => {
  vi.useFakeTimers();
  const workers = new Workers(({ name }) => (name === "frame" ? SILENT : undefined));
  const capture = captureOf(3);
  const failed = expect(workers.wireshark.ask(capture, frame(3))).rejects.toThrow(
    "Wireshark took longer than 15 s",
  );
  await vi.advanceTimersByTimeAsync(15_001);
  await failed;
  expect(workers.ended).toBe(1);
  const { breaking } = await workers.wireshark.open(capture, none);
  expect(breaking).toEqual(new Set([3]));
});

test("what is stopped was nobody's fault, and opens again", async () => {
  const workers = new Workers(({ name }, worker) =>
    name === "load" && worker === 1 ? SILENT : undefined,
  );
  const capture: CaptureFile = captureOf(3);
  const opening = workers.wireshark.open(capture, ({ step }) => {
    if (step === "reading") setTimeout(() => workers.wireshark.stop());
  });
  await expect(opening).rejects.toMatchObject({ why: "stopped" });
  expect((await workers.wireshark.open(capture, none)).breaking).toEqual(new Set());
  expect(workers.made).toBe(2);
});

test("fetching is stopped too", async () => {
  const fetching = Promise.withResolvers<void>();
  const wireshark = new Wireshark({
    createPort: () => {
      throw new Error("not reached");
    },
    fetchFiles: (_, signal) => {
      fetching.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    },
  });
  const opening = wireshark.open(captureOf(1), none);
  await fetching.promise;
  wireshark.stop();
  await expect(opening).rejects.toMatchObject({ why: "stopped" });
});

test("a worker that does not start says so", async () => {
  const workers = new Workers(({ name }) => (name === "start" ? new RangeError("no") : undefined));
  await expect(workers.wireshark.open(captureOf(1), none)).rejects.toThrow(/did not start/);
});
