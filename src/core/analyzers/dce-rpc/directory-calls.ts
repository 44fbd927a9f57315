import { type CallWatch, type CallWatches, NOT_VISIBLE, wayOf } from "./remote-call.ts";

/** Interfaces that tell or change what a domain and its hosts hold. */
const DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";
const SAMR = "12345778-1234-abcd-ef00-0123456789ac";
const LSARPC = "12345778-1234-abcd-ef00-0123456789ab";
const SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188";
const WINREG = "338cd001-2244-31f1-aaaa-900038001003";
/** Secrets under which a domain keeps the keys that open its users' data (MS-BKRP 3.1.4). */
const BACKUP_KEY = "G$BCKUPKEY";

const SERVES = "drsuapi";
const ASKS = "drsuapi names";

/** Who serves this interface is a domain controller. */
const bind: CallWatch = {
  request: ({ watch, callee }) => {
    watch.meet(SERVES, callee, callee);
  },
};

/** What a domain controller has no need to ask another before it replicates: names, and who is one. */
const lookUp: CallWatch = {
  request: ({ watch, caller, callee }) => {
    watch.meet(SERVES, callee, callee);
    watch.meet(ASKS, caller, callee);
  },
};

/**
 * Directory data is replicated (MS-DRSR 4.1.10), which domain controllers do with each other all the
 * time; somebody who looks names up first, and serves no directory himself, takes an account's secrets.
 */
const replicate: CallWatch = {
  request: (call) => {
    const { caller, callee, watch, parameters } = call;
    watch.meet(SERVES, callee, callee);
    if (watch.hasMet(SERVES, caller, caller) || !watch.hasMet(ASKS, caller, callee)) return;
    const message =
      `${caller}, which serves no directory itself, takes directory data of ${callee} as a ` +
      `domain controller would (${wayOf(call)})`;
    const hidden = parameters === undefined ? `which account: ${NOT_VISIBLE}` : undefined;
    call.tell("Lateral::DCSync", message, hidden);
  },
};

/** A secret of the domain is read (MS-LSAD 3.1.4.6.6): a handle, then its name. */
const retrieve: CallWatch = {
  request: (call) => {
    const { caller, callee, parameters } = call;
    if (parameters === undefined) return;
    parameters.handle();
    const name = parameters.countedText() ?? "";
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

/** Everybody lists the shares of a server; who does so at several hosts looks for something. */
const listShares: CallWatch = {
  request: (call) => {
    const { caller, callee, watch } = call;
    const hosts = watch.meet("shares", caller, callee);
    if (hosts < 2 || caller === callee) return;
    const message = `${caller} lists the shares of ${callee}, of ${hosts} hosts so far`;
    call.tell("Recon::Shares_Listed", `${message} (${wayOf(call)})`);
  },
};

/** A value of another host's registry is set (MS-RRP 3.1.5.22): the key's handle, then its name. */
const setValue: CallWatch = {
  request: (call) => {
    const { caller, callee, parameters } = call;
    parameters?.handle();
    const name = parameters === undefined ? NOT_VISIBLE : (parameters.countedText() ?? "");
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
      [12, lookUp],
      [16, lookUp],
    ]),
  ],
  [LSARPC, new Map([[43, retrieve]])],
  [SAMR, new Map([[25, told("Recon::Group_Members_Listed", "lists the members of a group at")]])],
  [
    SRVSVC,
    new Map([
      [12, told("Recon::Sessions_Listed", "lists who is connected to")],
      [15, listShares],
    ]),
  ],
  [WINREG, new Map([[22, setValue]])],
]);
