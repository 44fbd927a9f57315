import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { HoldfastError } from "../../src/core/base/index.ts";
import type { Output } from "./client.ts";
import { ownCase, useMay, useMe } from "./people/me.ts";
import { type UploadEvent, upload } from "./upload.ts";

/** One file on its way into the vault. */
export interface ImportState {
  readonly id: number;
  readonly name: string;
  readonly case: string;
  readonly bytes: number;
  readonly state: "waiting" | "running" | "done" | "failed" | "cancelled";
  readonly done: number;
  readonly perSecond: number;
  readonly secondsLeft: number | null;
  readonly packets: number;
  readonly flows: number;
  readonly capture: Output<"captures">["captures"][number] | undefined;
  readonly isDuplicate: boolean;
  readonly error: unknown;
}

export interface ImportOptions {
  readonly case: string;
  readonly purpose: string;
}

interface Imports {
  readonly list: readonly ImportState[];
  readonly isRunning: boolean;
  readonly options: ImportOptions;
  readonly setOptions: (options: ImportOptions) => void;
  readonly add: (files: Iterable<File>) => void;
  readonly cancel: (id: number) => void;
  readonly dismiss: (id: number) => void;
}

const Context = createContext<Imports | undefined>(undefined);

/** The imports of this tab; they go on while pages change. */
export function useImports(): Imports {
  const imports = useContext(Context);
  if (imports === undefined) throw new Error("assertion failed: inside ImportsProvider");
  return imports;
}

interface Waiting {
  readonly id: number;
  readonly file: File;
  readonly options: ImportOptions;
  readonly abort: AbortController;
}

/** Takes files and sends them one after the other: two at once would only share the same disk. */
export function ImportsProvider({ children }: { children: ReactNode }) {
  const [list, setList] = useState<readonly ImportState[]>([]);
  const [chosen, setOptions] = useState<ImportOptions>();
  const { data: me } = useMe();
  const options = chosen ?? { case: ownCase(me), purpose: "" };
  const queue = useRef<Waiting[]>([]);
  const isBusy = useRef(false);
  const numbers = useRef(0);
  const client = useQueryClient();
  const change = (id: number, patch: Partial<ImportState>): void =>
    setList((before) => before.map((one) => (one.id === id ? { ...one, ...patch } : one)));
  const work = async (): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    for (let next = queue.current[0]; next !== undefined; next = queue.current[0]) {
      if (!next.abort.signal.aborted) await runImport(next, (patch) => change(next!.id, patch));
      queue.current.shift();
      await client.invalidateQueries();
    }
    isBusy.current = false;
  };
  const add = (files: Iterable<File>): void => {
    const waiting = [...files].map((file) => ({
      id: ++numbers.current,
      file,
      options,
      abort: new AbortController(),
    }));
    queue.current.push(...waiting);
    setList((before) => [...before, ...waiting.map(startState)]);
    void work();
  };
  const cancel = (id: number): void => {
    queue.current.find((one) => one.id === id)?.abort.abort();
    change(id, { state: "cancelled" });
  };
  const dismiss = (id: number): void => setList((before) => before.filter((one) => one.id !== id));
  const isRunning = list.some(({ state }) => state === "running" || state === "waiting");
  const takeDrop = useRef(add);
  takeDrop.current = add;
  const may = useMay();
  useDroppedFiles((files) => {
    if (may("import")) takeDrop.current(files);
  });
  return (
    <Context value={{ list, isRunning, options, setOptions, add, cancel, dismiss }}>
      {children}
    </Context>
  );
}

function startState({ id, file, options }: Waiting): ImportState {
  return {
    id,
    name: file.name,
    case: options.case,
    bytes: file.size,
    state: "waiting",
    done: 0,
    perSecond: 0,
    secondsLeft: null,
    packets: 0,
    flows: 0,
    capture: undefined,
    isDuplicate: false,
    error: undefined,
  };
}

async function runImport(
  { file, options, abort }: Waiting,
  change: (patch: Partial<ImportState>) => void,
): Promise<void> {
  const beganMs = performance.now();
  change({ state: "running" });
  const event = (what: UploadEvent): void => {
    if (what.type === "sent") {
      const perSecond = (what.bytes * 1000) / Math.max(1, performance.now() - beganMs);
      const secondsLeft = perSecond > 0 ? (file.size - what.bytes) / perSecond : null;
      change({ done: what.bytes, perSecond, secondsLeft });
    } else if (what.type === "progress") {
      const { done, per_second: perSecond, seconds_left: secondsLeft, packets, flows } = what;
      change({ done, perSecond, secondsLeft, packets, flows });
    } else if (what.type === "done") {
      const isDuplicate = what.duplicate_of !== null;
      change({ state: "done", capture: what.capture, packets: what.capture.packets, isDuplicate });
    } else {
      const remedy = what.remedy === null ? {} : { remedy: what.remedy };
      change({ state: "failed", error: new HoldfastError(what.code, what.message, remedy) });
    }
  };
  try {
    await upload(file, options, { signal: abort.signal, event });
  } catch (error) {
    if (abort.signal.aborted) change({ state: "cancelled" });
    else change({ state: "failed", error });
  }
}

/** Files may be dropped anywhere on the page. */
function useDroppedFiles(take: (files: File[]) => void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  }, []);
}
