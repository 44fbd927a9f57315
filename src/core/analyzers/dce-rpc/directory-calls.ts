import { type CallWatch, type CallWatches, NOT_VISIBLE, wayOf } from "./remote-call.ts";

/** Interfaces that tell or change what a domain and its hosts hold. */
const DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";
const SAMR = "12345778-1234-abcd-ef00-0123456789ac";
const LSARPC = "12345778-1234-abcd-ef00-0123456789ab";
const SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188";
const WINREG = "338cd001-2244-31f1-aaaa-900038001003";
/** Secrets under which a domain keeps the keys that open its users' data (MS-BKRP 3.1.4). */
const BACKUP_KEY = "G$BCKUPKEY";

/** Domain controllers serve this interface; who asks for their data without being one steals it. */
const bind: CallWatch = {
  request: ({ watch, callee }) => {
    watch.meet("drsuapi", callee, callee);
  },
};

/** Directory data is replicated (MS-DRSR 4.1.10), which domain controllers do with each other. */
const replicate: CallWatch = {
  request: (call) => {
    const { caller, callee, watch, parameters } = call;
    watch.meet("drsuapi", callee, callee);
    if (watch.hasMet("drsuapi", caller, caller)) return;
    const shown = parameters === undefined ? `which account: ${NOT_VISIBLE}` : "";
    const message =
      `${caller}, which serves no directory itself, takes directory data of ${callee} as a ` +
      `domain controller would (${wayOf(call)})`;
    call.tell("Lateral::DCSync", message, shown === "" ? undefined : shown);
  },
};

/** A secret of the domain is read (MS-LSAD 3.1.4.6.6): a handle, then its name. */
const retrieve: CallWatch = {
  request: (call) => {
    const { caller, callee, parameters } = call;
    if (parameters === undefined) return;
    parameters.handle();
    parameters.u16();
    parameters.u16();
    const name = parameters.textPointer() ?? "";
    if (!name.startsWith(BACKUP_KEY)) return;
    const message = `${caller} reads the backup key of ${callee}'s domain (${wayOf(call)})`;
    call.tell("Lateral::Domain_Backup_Key_Read", message, name);
  },
};

const told = (note: string, verb: string): CallWatch => ({
  request: (call) => {
    const { caller, callee } = call;
    if (caller !== callee) call.tell(note, `${caller} ${verb} ${callee} (${wayOf(call)})`);
  },
});

/** A value of another host's registry is set (MS-RRP 3.1.5.22): the key's handle, then its name. */
const setValue: CallWatch = {
  request: (call) => {
    const { caller, callee, parameters } = call;
    parameters?.handle();
    parameters?.u16();
    parameters?.u16();
    const name = parameters === undefined ? NOT_VISIBLE : (parameters.textPointer() ?? "");
    const message = `${caller} sets the registry value ${name} on ${callee} (${wayOf(call)})`;
    call.tell("Lateral::Remote_Registry_Written", message, name);
  },
};

export const directoryCalls: CallWatches = new Map([
  [
    DRSUAPI,
    new Map([
      [0, bind],
      [3, replicate],
    ]),
  ],
  [LSARPC, new Map([[43, retrieve]])],
  [SAMR, new Map([[25, told("Recon::Group_Members_Listed", "lists the members of a group at")]])],
  [
    SRVSVC,
    new Map([
      [12, told("Recon::Sessions_Listed", "lists who is connected to")],
      [15, told("Recon::Shares_Listed", "lists the shares of")],
    ]),
  ],
  [WINREG, new Map([[22, setValue]])],
]);
