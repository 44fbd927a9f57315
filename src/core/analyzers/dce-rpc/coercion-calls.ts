import {
  type CallWatch,
  type CallWatches,
  NOT_VISIBLE,
  type RemoteCall,
  wayOf,
} from "./remote-call.ts";

/** Interfaces that make a host log on somewhere, or load a driver, because somebody asks it to. */
const EFS = ["c681d488-d850-11d0-8c52-00c04fd90f7e", "df1941c5-fe89-4e79-bf10-463657acf44d"];
const SPOOLSS = "12345678-1234-abcd-ef00-0123456789ab";
const REMOTE_WINSPOOL = "76f03f96-cdfd-44fc-a22c-64950a001209";
const DFS = "4fc742e0-4a10-11cf-8273-00aa004ae673";
const SHADOW_COPY_AGENT = "a8e0653c-2744-4389-a61d-7373df8b2292";
const ATTEMPT = "Lateral::Coerced_Authentication_Attempt";
/** Windows' ERROR_BAD_NETPATH: it went there, and found nothing. */
const BAD_NET_PATH = 53;
const EFS_CALLS = [0, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 18, 20];

/** A file's name comes first (MS-EFSR 3.1.4.2); a path to another host makes the server go there. */
const efs: CallWatch = {
  request: (call) => tellAttempt(call, call.parameters?.text()),
  response: (call, answer) => {
    if (call.note === undefined || answer?.result() !== BAD_NET_PATH) return;
    const { caller, callee } = call;
    const message = `${caller} made ${callee} log on at ${call.note} (${wayOf(call)})`;
    call.tell("Lateral::Coerced_Authentication", message, call.note);
  },
};

/** A printer's changes are to be told to a host (MS-RPRN 3.1.4.10.4): handle, two numbers, host. */
const printerChange: CallWatch = {
  request: (call) => {
    const { parameters } = call;
    parameters?.handle();
    parameters?.u32();
    parameters?.u32();
    tellAttempt(call, parameters?.textPointer());
  },
};

/** A server's name comes first. */
const namedServer: CallWatch = {
  request: (call) => tellAttempt(call, call.parameters?.text()),
};

/** A printer driver is installed (MS-RPRN 3.1.4.4.8), the way of CVE-2021-34527. */
const addDriver: CallWatch = {
  request: (call) => {
    const { parameters, caller, callee } = call;
    const files = parameters?.visibleTexts().join(" | ");
    const shown = parameters === undefined ? NOT_VISIBLE : files || "no text in it";
    const message = `${caller} installs a printer driver on ${callee} (${wayOf(call)}): ${shown}`;
    call.tell("Lateral::Remote_Printer_Driver_Installed", message, shown);
  },
};

export const coercionCalls: CallWatches = new Map([
  ...EFS.map((uuid) => [uuid, new Map(EFS_CALLS.map((opnum) => [opnum, efs]))] as const),
  [
    SPOOLSS,
    new Map([
      [62, printerChange],
      [65, printerChange],
      [89, addDriver],
    ]),
  ],
  [REMOTE_WINSPOOL, new Map([[39, addDriver]])],
  [
    DFS,
    new Map([
      [12, namedServer],
      [13, namedServer],
    ]),
  ],
  [
    SHADOW_COPY_AGENT,
    new Map([
      [8, namedServer],
      [9, namedServer],
    ]),
  ],
]);

function tellAttempt(call: RemoteCall, target: string | undefined): void {
  const { parameters, caller, callee } = call;
  if (parameters !== undefined && !(target ?? "").startsWith("\\\\")) return;
  call.note = target;
  const where = target ?? NOT_VISIBLE;
  const message = `${caller} asks ${callee} to log on at ${where} (${wayOf(call)})`;
  call.tell(ATTEMPT, message, `${call.operation}: ${where}`);
}
