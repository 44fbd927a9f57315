import {
  type CallWatch,
  type CallWatches,
  NOT_VISIBLE,
  type RemoteCall,
  wayOf,
} from "./remote-call.ts";

/** Interfaces of the task scheduler: ATSvc and ITaskSchedulerService (MS-TSCH 3.2.5). */
const ATSVC = "1ff70682-0a51-30e8-076d-740be8cee98b";
const TASKS = "86d35949-83c9-4044-b424-db363231fd0c";
const CREATED = "Lateral::Remote_Task_Created";
const COMMAND_CHARACTERS_MAX = 1024;

/** A task is registered: its path and its definition in XML. */
const register: CallWatch = {
  request: (call) => {
    const { parameters } = call;
    if (parameters === undefined) {
      tellHidden(call, CREATED, "creates");
      return;
    }
    const path = parameters.textPointer() ?? "(no name)";
    tellTask(call, path, commandOf(parameters.text()));
  },
};

/** A job of the old kind is added: a server name, then when and what. */
const addJob: CallWatch = {
  request: (call) => {
    const { parameters } = call;
    if (parameters === undefined) {
      tellHidden(call, CREATED, "creates");
      return;
    }
    parameters.textPointer();
    parameters.u32();
    parameters.u32();
    parameters.u8();
    parameters.u8();
    tellTask(call, "at job", parameters.textPointer() ?? "nothing");
  },
};

const run: CallWatch = {
  request: (call) => {
    const { parameters, caller, callee } = call;
    const note = "Lateral::Remote_Task_Run";
    if (parameters === undefined) tellHidden(call, note, "runs");
    else {
      const path = parameters.text();
      call.tell(note, `${caller} runs the task ${path} on ${callee} (${wayOf(call)})`, path);
    }
  },
};

export const taskCalls: CallWatches = new Map([
  [ATSVC, new Map([[0, addJob]])],
  [
    TASKS,
    new Map([
      [1, register],
      [12, run],
    ]),
  ],
]);

function tellTask(call: RemoteCall, path: string, command: string): void {
  const { caller, callee, parameters } = call;
  const what = parameters?.short === true ? "not all of it captured" : command;
  call.tell(
    CREATED,
    `${caller} creates the task ${path} on ${callee} (${wayOf(call)}), which runs ${what}`,
    `${path}: ${what}`,
  );
}

function tellHidden(call: RemoteCall, note: string, verb: string): void {
  const { caller, callee } = call;
  const message = `${caller} ${verb} a scheduled task on ${callee} (${wayOf(call)}): ${NOT_VISIBLE}`;
  call.tell(note, message, NOT_VISIBLE);
}

/** Program and arguments of a definition. */
function commandOf(xml: string): string {
  const command = elementText(xml, "Command");
  const rest = elementText(xml, "Arguments");
  return [command, rest].filter((text) => text !== undefined).join(" ") || "nothing readable";
}

function elementText(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return undefined;
  const from = start + name.length + 2;
  const end = xml.indexOf(`</${name}>`, from);
  return end < 0 ? undefined : xml.slice(from, Math.min(end, from + COMMAND_CHARACTERS_MAX));
}
