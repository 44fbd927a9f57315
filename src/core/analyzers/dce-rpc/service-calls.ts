import type { NdrReader } from "./ndr-reader.ts";
import {
  type CallWatch,
  type CallWatches,
  NOT_VISIBLE,
  type RemoteCall,
  wayOf,
} from "./remote-call.ts";

/** Interface svcctl: the Service Control Manager (MS-SCMR 3.1.4). */
const SVCCTL = "367abb81-9844-35f1-ad32-98f038001003";
/** A command line may hold a whole script; its beginning is shown, the packet has the rest. */
const SHOWN_CHARACTERS_MAX = 1024;
/** Control code that stops a service (MS-SCMR 3.1.4.2). */
const CONTROL_STOP = 1;

/** A service is made (MS-SCMR 3.1.4.12): its name, its title, four numbers, its program. */
const create = (characterBytes: 1 | 2): CallWatch => ({
  request: (call) => {
    const { parameters, caller, callee } = call;
    const way = wayOf(call);
    if (parameters === undefined) {
      const message = `${caller} installs a service on ${callee} (${way}): ${NOT_VISIBLE}`;
      call.tell("Lateral::Remote_Service_Created", message, NOT_VISIBLE);
      return;
    }
    parameters.handle();
    const name = parameters.text(characterBytes);
    const title = parameters.textPointer(characterBytes);
    for (let n = 0; n < 4; n++) parameters.u32();
    const program = parameters.text(characterBytes);
    const titled = title === undefined || title === name ? "" : ` ("${title}")`;
    const what = parameters.short
      ? "not all of it captured"
      : program.slice(0, SHOWN_CHARACTERS_MAX);
    call.note = name;
    call.tell(
      "Lateral::Remote_Service_Created",
      `${caller} installs the service ${name}${titled} on ${callee} (${way}), which runs ${what}`,
      `${name}: ${what}`,
    );
  },
  response: rememberHandle,
});

/** A service's handle is opened by name (MS-SCMR 3.1.4.16). */
const open = (characterBytes: 1 | 2): CallWatch => ({
  request: (call) => {
    call.parameters?.handle();
    call.note = call.parameters?.text(characterBytes);
  },
  response: rememberHandle,
});

/** Something is done to the service that a handle stands for. */
const change = (note: string, verb: string): CallWatch => ({
  request: (call) => tellOfService(call, note, verb),
});

const control: CallWatch = {
  request: (call) => {
    const { parameters } = call;
    if (parameters === undefined) {
      tellOfService(call, "Lateral::Remote_Service_Controlled", "stops or controls");
      return;
    }
    const name = call.handles.get(parameters.handle());
    if (parameters.u32() !== CONTROL_STOP) return;
    parameters.position = 0;
    tellOfService(call, "Lateral::Remote_Service_Stopped", "stops", name);
  },
};

/** What a service runs is changed (MS-SCMR 3.1.4.11). */
const configure = (characterBytes: 1 | 2): CallWatch => ({
  request: (call) => {
    const { parameters, caller, callee } = call;
    const note = "Lateral::Remote_Service_Changed";
    if (parameters === undefined) {
      tellOfService(call, note, "changes");
      return;
    }
    const name = call.handles.get(parameters.handle());
    for (let n = 0; n < 3; n++) parameters.u32();
    const program = parameters.textPointer(characterBytes);
    if (program === undefined) return;
    const message = `${caller} makes the service ${name ?? "(name not seen)"} on ${callee} run ${program}`;
    call.tell(note, `${message} (${wayOf(call)})`, `${name ?? "?"}: ${program}`);
  },
});

/** The service manager of another host is opened: what finding out where one is administrator takes. */
const openManager: CallWatch = {
  request: (call) => {
    const { caller, callee } = call;
    const hosts = call.watch.meet("svcctl", caller, callee);
    const so = hosts > 1 ? `, the ${hosts}. host that it does so to` : "";
    const message = `${caller} opens the service manager of ${callee} (${wayOf(call)})${so}`;
    call.tell("Lateral::Service_Manager_Opened", message, call.operation);
  },
};

export const serviceCalls: CallWatches = new Map([
  [
    SVCCTL,
    new Map<number, CallWatch>([
      [1, control],
      [2, change("Lateral::Remote_Service_Deleted", "deletes")],
      [11, configure(2)],
      [12, create(2)],
      [15, openManager],
      [16, open(2)],
      [19, change("Lateral::Remote_Service_Started", "starts")],
      [23, configure(1)],
      [24, create(1)],
      [27, openManager],
      [28, open(1)],
      [31, change("Lateral::Remote_Service_Started", "starts")],
      [44, create(1)],
      [45, create(2)],
      [60, create(2)],
      [64, openManager],
    ]),
  ],
]);

/** Before the result an answer has the handle. */
function rememberHandle(call: RemoteCall, answer: NdrReader | undefined): void {
  if (answer === undefined || call.note === undefined || answer.result() !== 0) return;
  if (answer.stub.length < 24) return;
  answer.position = answer.stub.length - 24;
  call.handles.set(answer.handle(), call.note);
}

function tellOfService(call: RemoteCall, note: string, verb: string, known?: string): void {
  const { parameters, caller, callee } = call;
  const name = known ?? (parameters && call.handles.get(parameters.handle()));
  const which = parameters === undefined ? NOT_VISIBLE : (name ?? "name not seen");
  const what = name === undefined ? `a service (${which})` : `the service ${name}`;
  call.tell(note, `${caller} ${verb} ${what} on ${callee} (${wayOf(call)})`, which);
}
