import type {
  DissectSession,
  TapExportObjectResponse,
  Vector,
  WiregasmLib,
} from "@goodtools/wiregasm";

/** Handles into the program's memory: whoever takes one gives it back. */
export type Handle<T> = T & { delete(): void };

export interface Library extends Pick<WiregasmLib, "FS"> {
  readonly DissectSession: new (path: string) => DissectSession;
  readonly MapInput: new () => Handle<Map<string, string>>;
  init(): boolean;
  wiresharkVersion(): string;
  getUploadDirectory(): string;
  getColumns(): Vector<string>;
  checkFilter(filter: string): { ok: boolean; error: string };
  completeFilter(filter: string): { fields: Vector<{ field: string; name: string }> };
}

/** What the package's own script defines, as far as it is used here. */
export type LoadLibrary = (overrides: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    ready: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  getPreloadedPackage(): ArrayBuffer;
  print(): void;
  printErr(): void;
  handleStatus(): void;
}) => Promise<Library>;

export type ObjectsTap = Handle<TapExportObjectResponse>;

/** All of a vector, which is given back. */
export function taken<T>(vector: Vector<T>, most = Number.POSITIVE_INFINITY): T[] {
  const handle = vector as Handle<Vector<T>>;
  const size = Math.min(handle.size(), most);
  const all: T[] = [];
  for (let n = 0; n < size; n++) all.push(handle.get(n));
  handle.delete();
  return all;
}

export function bytesOfBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let n = 0; n < binary.length; n++) bytes[n] = binary.charCodeAt(n);
  return bytes;
}

/**
 * Starts the package: its program is compiled while it is still being unpacked, and its tables are
 * handed over, so that it fetches nothing itself.
 */
export async function startLibrary(
  load: LoadLibrary,
  files: { readonly program: ArrayBuffer; readonly tables: ArrayBuffer },
): Promise<Library> {
  const tables = await new Response(unpacked(files.tables)).arrayBuffer();
  const headers = { "content-type": "application/wasm" };
  const failed = Promise.withResolvers<never>();
  const library = load({
    instantiateWasm: (imports, ready) => {
      const program = new Response(unpacked(files.program), { headers });
      WebAssembly.instantiateStreaming(program, imports).then(
        ({ instance, module }) => ready(instance, module),
        failed.reject,
      );
      return {};
    },
    getPreloadedPackage: () => tables,
    print: () => {},
    printErr: () => {},
    handleStatus: () => {},
  });
  const started = await Promise.race([library, failed.promise]);
  if (!started.init()) throw new Error("Wireshark did not start");
  return started;
}

function unpacked(gzip: ArrayBuffer): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"));
}
