import { type CallWatch, type CallWatches, NOT_VISIBLE, wayOf } from "./remote-call.ts";

/** Interfaces of DCOM objects: WMI's services (MS-WMI 3.1.4.3) and automation (MS-OAUT 3.1.4). */
const WBEM_SERVICES = "9556dc99-828c-11cf-a37e-00aa003240c7";
const DISPATCH = "00020400-0000-0000-c000-000000000046";
const SHOWN_CHARACTERS_MAX = 512;

/** A call of an object whose parameters are shown as far as there is text in them. */
const told = (note: string, verb: string): CallWatch => ({
  request: (call) => {
    const { parameters, caller, callee } = call;
    const texts = parameters?.visibleTexts().join(" | ").slice(0, SHOWN_CHARACTERS_MAX);
    const shown = parameters === undefined ? NOT_VISIBLE : texts || "no text in it";
    call.tell(note, `${caller} ${verb} ${callee} (${wayOf(call)}): ${shown}`, shown);
  },
});

const execute = told("Lateral::WMI_Execution", "executes a method by WMI on");
const query = told("Lateral::WMI_Query", "asks WMI of");
const write = told("Lateral::WMI_Write", "writes by WMI to");
const invoke = told("Lateral::DCOM_Execution", "makes an automation object act on");

export const dcomCalls: CallWatches = new Map([
  [
    WBEM_SERVICES,
    new Map([
      [8, write],
      [9, write],
      [14, write],
      [15, write],
      [20, query],
      [21, query],
      [22, query],
      [23, query],
      [24, execute],
      [25, execute],
    ]),
  ],
  [
    DISPATCH,
    new Map([
      [5, invoke],
      [6, invoke],
    ]),
  ],
]);
