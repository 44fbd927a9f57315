import { ENDPOINT_NAMES } from "./endpoint-names.ts";
import { OPERATION_NAMES } from "./operation-names.ts";

/** Interfaces that are used over a pipe of this name when nobody saw them bound. */
export const COMMON_INTERFACES: ReadonlyMap<string, string> = new Map([
  ["winreg", "338cd001-2244-31f1-aaaa-900038001003"],
  ["spoolss", "12345678-1234-abcd-ef00-0123456789ab"],
  ["srvsvc", "4b324fc8-1670-01d3-1278-5a47bf6ee188"],
]);

/** Operations that are not written: many, and of little use to anybody. */
const IGNORED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    "winreg",
    new Set([
      "BaseRegCloseKey",
      "BaseRegGetVersion",
      "BaseRegOpenKey",
      "BaseRegQueryValue",
      "BaseRegDeleteKeyEx",
      "OpenLocalMachine",
      "BaseRegEnumKey",
      "OpenClassesRoot",
    ]),
  ],
  ["spoolss", new Set(["RpcSplOpenPrinter", "RpcClosePrinter"])],
  ["wkssvc", new Set(["NetrWkstaGetInfo"])],
]);

/** True for a call that Zeek leaves out of the log. */
export function isIgnored(endpoint: string, operation: string): boolean {
  return IGNORED.get(endpoint)?.has(operation) ?? false;
}

/** Names of interfaces and operations; read from the tables when the first is asked for. */
export class InterfaceNames {
  #endpoints: Map<string, string> | undefined;
  #operations: Map<string, readonly (string | undefined)[]> | undefined;

  endpoint(uuid: string): string {
    this.#endpoints ??= readEndpoints();
    return this.#endpoints.get(uuid) ?? `unknown-${uuid}`;
  }

  operation(uuid: string, opnum: number): string {
    this.#operations ??= readOperations();
    return this.#operations.get(uuid)?.[opnum] ?? `unknown-${opnum}`;
  }
}

function readEndpoints(): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of ENDPOINT_NAMES.trim().split("\n"))
    names.set(line.slice(0, 36), line.slice(37));
  return names;
}

function readOperations(): Map<string, readonly (string | undefined)[]> {
  const tables = new Map<string, (string | undefined)[]>();
  let table: (string | undefined)[] = [];
  for (const word of OPERATION_NAMES.trim().split(/\s+/)) {
    if (word.startsWith("@")) {
      table = [];
      tables.set(word.slice(1), table);
    } else if (word.startsWith("-")) {
      const holes = word.length === 1 ? 1 : Number(word.slice(1));
      for (let n = 0; n < holes; n++) table.push(undefined);
    } else table.push(word);
  }
  return tables;
}
