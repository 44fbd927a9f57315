import {
  addressOf,
  type Input,
  type Output,
  RequestFailed,
  readLine,
  unreachable,
} from "./client.ts";

type ImportEvent = Output<"importUpload">;

/** How an upload goes on: bytes that left the browser, then what the server says of them. */
export type UploadEvent = { readonly type: "sent"; readonly bytes: number } | ImportEvent;

/**
 * Sends one file as it is. Not `fetch`: browsers say how much of a body was sent only to the older
 * interface, and show no answer before the whole body is out.
 */
export function upload(
  file: File,
  options: Pick<Input<"importUpload">, "case" | "purpose">,
  listen: { readonly signal: AbortSignal; readonly event: (event: UploadEvent) => void },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = new XMLHttpRequest();
  const input = { name: file.name, bytes: file.size, ...options };
  request.open("POST", addressOf("importUpload", input));
  request.setRequestHeader("content-type", "application/octet-stream");
  let read = 0;
  const readLines = (): void => {
    if (request.status !== 200) return;
    for (;;) {
      const end = request.responseText.indexOf("\n", read);
      if (end < 0) return;
      const line = request.responseText.slice(read, end);
      read = end + 1;
      listen.event(readLine<ImportEvent>(line));
    }
  };
  const guarded = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      reject(error);
    }
  };
  request.upload.onprogress = ({ loaded }) => listen.event({ type: "sent", bytes: loaded });
  request.onprogress = guarded(readLines);
  request.onload = guarded(() => {
    if (request.status !== 200) throw failureOf(request);
    readLines();
    resolve();
  });
  request.onerror = () => reject(unreachable());
  request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
  listen.signal.addEventListener("abort", () => request.abort(), { once: true });
  request.send(file);
  return promise;
}

/** Sends a key log as it is; the answer says under which entry it is sealed. */
export async function attachKeyLog(
  file: File,
  options: Pick<Input<"attachKeyLog">, "case" | "purpose">,
): Promise<Output<"attachKeyLog">> {
  const response = await fetch(addressOf("attachKeyLog", { name: file.name, ...options }), {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: file,
  }).catch(() => {
    throw unreachable();
  });
  const said = await response.json();
  if (!response.ok) throw new RequestFailed(said);
  return said;
}

function failureOf(request: XMLHttpRequest): RequestFailed {
  try {
    return new RequestFailed(JSON.parse(request.responseText));
  } catch {
    return new RequestFailed({
      code: "page/bad-answer",
      message: `the server answered ${request.status} without saying why`,
    });
  }
}
