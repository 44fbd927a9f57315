import type { NdrReader } from "./ndr-reader.ts";
import {
  type CallWatch,
  type CallWatches,
  NOT_VISIBLE,
  type RemoteCall,
  wayOf,
} from "./remote-call.ts";

/** Interface netlogon (MS-NRPC 3.5.4). */
const NETLOGON = "12345678-1234-abcd-ef00-01234567cffb";
const CREDENTIAL_BYTES = 8;
const PAIR = "zerologon";

/**
 * A host proves who it is (MS-NRPC 3.5.4.4.2) with a credential of zeros, which nobody's key gives but
 * one time in 256 by CVE-2020-1472.
 */
const authenticate: CallWatch = {
  request: (call) => {
    const { parameters, caller, callee } = call;
    if (parameters === undefined) return;
    parameters.textPointer();
    const account = parameters.text();
    parameters.u16();
    const computer = parameters.text();
    const credential = parameters.bytes(CREDENTIAL_BYTES);
    if (parameters.short || credential.some((byte) => byte !== 0)) return;
    call.note = account;
    call.watch.meet(PAIR, caller, callee);
    const message =
      `${caller} tries to be ${account} at ${callee} with a credential of zeros ` +
      `(Zerologon, CVE-2020-1472; ${wayOf(call)})`;
    call.tell("Lateral::Zerologon_Attempt", message, `${account}, calling itself ${computer}`);
  },
  response: (call, answer) => {
    if (call.note === undefined || answer?.result() !== 0) return;
    const { caller, callee } = call;
    const message = `${callee} took ${caller} for ${call.note} by a credential of zeros (Zerologon)`;
    call.tell("Lateral::Zerologon_Success", message, call.note);
  },
};

/** The password of a host's account is set (MS-NRPC 3.5.4.4.6), after the door was opened so. */
const setPassword: CallWatch = {
  request: (call) => {
    const { caller, callee, watch } = call;
    if (!watch.hasMet(PAIR, caller, callee)) return;
    const account = accountOf(call);
    const message = `${caller} sets the password of ${account} at ${callee} after Zerologon`;
    call.tell("Lateral::Machine_Password_Reset", `${message} (${wayOf(call)})`, account);
  },
};

export const netlogonCalls: CallWatches = new Map([
  [
    NETLOGON,
    new Map([
      [5, authenticate],
      [15, authenticate],
      [26, authenticate],
      [6, setPassword],
      [30, setPassword],
    ]),
  ],
]);

function accountOf({ parameters }: RemoteCall): string {
  const reader: NdrReader | undefined = parameters;
  if (reader === undefined) return NOT_VISIBLE;
  reader.textPointer();
  return reader.text();
}
