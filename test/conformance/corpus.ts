import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A `case.json` of the corpus; `expect` is read by the kind's own module. */
export interface CaseJson {
  readonly id: string;
  readonly area: string;
  readonly kind: string;
  readonly shows: string;
  readonly files: readonly CaseFile[];
  readonly options: Record<string, unknown>;
  readonly tags: readonly string[];
  readonly notes: readonly string[];
  readonly expect: Record<string, unknown>;
}

export interface CaseFile {
  readonly name: string;
  readonly role: "input" | "expected";
  readonly bytes: number;
}

export interface CorpusCase {
  readonly area: string;
  readonly id: string;
  readonly kind: string;
  readonly folder: string;
  /** Has an input that may be a capture, so that the engine must survive it. */
  readonly hasCapture: boolean;
}

export interface CaseResult {
  readonly status: "passed" | "failed" | "left_out";
  readonly reason?: string;
  /** Every difference in words; empty when passed. */
  readonly differences: readonly string[];
  readonly measures?: Record<string, number>;
  /** Fields of the expected result that nothing of ours is compared with, once for each check. */
  readonly uncompared?: readonly string[];
}

export type RunCase = (caseFolder: string, caseJson: CaseJson) => Promise<CaseResult>;

export function readCase(folder: string): CaseJson {
  return JSON.parse(readFileSync(join(folder, "case.json"), "utf8")) as CaseJson;
}

/** Lists a corpus's cases, sorted; undefined when there is no such folder. */
export function listCases(
  root: string,
  only: { readonly area?: string; readonly id?: string },
): CorpusCase[] | undefined {
  if (!existsSync(root)) return undefined;
  const cases: CorpusCase[] = [];
  for (const area of readdirSync(root).sort()) {
    if (only.area !== undefined && only.area !== area) continue;
    if (!statSync(join(root, area)).isDirectory()) continue;
    for (const id of readdirSync(join(root, area)).sort()) {
      const folder = join(root, area, id);
      if (only.id !== undefined && only.id !== id) continue;
      if (!existsSync(join(folder, "case.json"))) continue;
      const { kind, files } = readCase(folder);
      const hasCapture = files.some((file) => file.role === "input" && isCaptureName(file.name));
      cases.push({ area, id, kind, folder, hasCapture });
    }
  }
  return cases;
}

/** Inputs that are no captures say so in their names. */
export function isCaptureName(name: string): boolean {
  return /^input.*\.(pcap|pcapng|cap|trace|dmp|gz|zst)$|^input$/.test(name);
}
