import type { Piece } from "../conversation.ts";
import { der } from "../der.ts";
import { bind, bindAck, request, response } from "../rpc-messages.ts";
import {
  closeRequest,
  createRequest,
  createResponse,
  frame,
  layout,
  readRequest,
  readResponse,
  smb1,
  smb2,
  treeConnect,
  writeRequest,
} from "../smb-messages.ts";
import { type BugCapture, bytesOf, client, many, numbers, overTcp } from "./bug-capture.ts";

const COMMAND = { create: 5, close: 6, read: 8, write: 9 } as const;
const SERVICES = "367abb81-9844-35f1-ad32-98f038001003";
const DISK = 5;
const NO_SUCH_FILE = 0xc000_000f;
const REQUEST = { first: 1 } as const;

const ask = (command: number, messageId: number, body: Uint8Array, treeId = DISK): Piece => [
  0,
  smb2({ command, messageId, treeId, body }),
];
const answer = (command: number, messageId: number, body: Uint8Array, status = 0): Piece => [
  1,
  smb2({ command, messageId, treeId: DISK, status, body }),
];
const disk = treeConnect(1, DISK, "\\\\HOST\\data");
const pipes = treeConnect(1, DISK, "\\\\HOST\\IPC$", 2);

/** Commands of SMB 1 that each say where the next one is. */
function chained(length: number): Uint8Array {
  const commands = many(length, (n) =>
    layout(7, [
      [0, 1, 2],
      [1, 1, 0x74],
      [3, 2, 32 + 7 * (n + 1)],
    ]),
  );
  const whole = Buffer.from(smb1(0x74, new Uint8Array(0), new Uint8Array(0)));
  return frame(Buffer.concat([whole.subarray(4, 36), ...commands]));
}

/** Classes of SMB and DCE/RPC. */
export const WINDOWS_CAPTURES: readonly BugCapture[] = [
  {
    name: "smb-andx-chain",
    says: "Commands of SMB 1 that go on in each other were read by recursion.",
    published: "Zeek 9.0.0-dev.867",
    size: 60,
    packets: (size) => overTcp(445, [...many(size, (): Piece => [0, chained(30)])]),
    shows: [["weird", { name: "smb_andx_depth_exceeded" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "smb-compound-loop",
    says: "Thousands of commands in one message of SMB 2 were each looked up among all before.",
    published: "Suricata 7.0.0-beta1 #5280, #4945",
    size: 400,
    packets: (size) => {
      const body = layout(24, [[0, 2, 24]]);
      const commands = many(size, (n) => ({ command: 13, messageId: n + 2, treeId: DISK, body }));
      return overTcp(445, [...disk, [0, smb2(...commands)]]);
    },
    shows: [
      ["weird", { name: "limit_reached" }],
      ["smb_mapping", { path: "\\\\HOST\\data" }],
    ],
    rowsMax: (size) => size + 20,
  },
  {
    name: "smb-open-files",
    says: "Files that are opened and never closed made each further command slower.",
    published: "Suricata 8.0.0-beta1 #6680; 7.0.0 #5672",
    size: 150,
    packets: (size) =>
      overTcp(445, [
        ...disk,
        ...many(size, (n) => [
          ask(COMMAND.create, n + 2, createRequest(`file-${n}`)),
          answer(COMMAND.create, n + 2, createResponse(n + 7)),
        ]).flat(),
      ]),
    shows: [
      ["weird", { name: "limit_reached" }],
      ["smb_files", { action: "SMB::FILE_OPEN" }],
    ],
    rowsMax: (size) => 3 * size + 20,
  },
  {
    name: "smb-refused-requests",
    says: "What was kept for a request stayed when its answer was an error.",
    published: "Suricata 8.0.0-beta1 #7183",
    size: 200,
    packets: (size) =>
      overTcp(445, [
        ...disk,
        ...many(size, (n) => [
          ask(COMMAND.create, n + 2, createRequest("none")),
          answer(COMMAND.create, n + 2, new Uint8Array(8), NO_SUCH_FILE),
        ]).flat(),
      ]),
    shows: [["smb", { messages: 1602 }]],
    rowsMax: (size) => 3 * size + 20,
  },
  {
    name: "smb-requests-without-answers",
    says: "Requests of which only one side was captured were all kept.",
    published: "Zeek 6.0.0-dev.498 (SMB::max_pending_messages)",
    size: 400,
    packets: (size) =>
      overTcp(445, [
        ...disk,
        ...many(size, (n) => ask(COMMAND.read, n + 2, readRequest(7, 64 * n))),
      ]),
    shows: [["weird", { name: "SMB_discarded_messages_state" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "smb-small-frames",
    says: "A delivery of very many empty frames of NetBIOS was read by recursion.",
    published: "Zeek 3.2.0-dev.992",
    size: 2500,
    packets: (size) =>
      overTcp(139, [...disk, client(many(size, () => [0x85, 0, 0, 0]).flat()), ...disk]),
    shows: [["smb_mapping", { path: "\\\\HOST\\data" }]],
  },
  {
    name: "smb-file-pieces",
    says: "Pieces of a file far apart were held, in wait of what lies between.",
    published: "Suricata 7.0.0-rc1 #5781; 7.0.0-beta1 #4842",
    size: 100,
    packets: (size) =>
      overTcp(445, [
        ...disk,
        ask(COMMAND.create, 2, createRequest("holes")),
        answer(COMMAND.create, 2, createResponse(7, 2 ** 40)),
        ...many(size, (n) => [
          ask(COMMAND.read, n + 3, readRequest(7, 1_000_000 * (size - n))),
          answer(COMMAND.read, n + 3, readResponse(new Uint8Array(64))),
        ]).flat(),
        ask(COMMAND.close, size + 3, closeRequest(7)),
      ]),
    shows: [["smb_files", { action: "SMB::FILE_OPEN", name: "holes" }]],
    rowsMax: (size) => 3 * size + 20,
  },
  {
    name: "smb-length-underflow",
    says: "Offsets and lengths that lie outside of their command were subtracted below zero.",
    published: "Suricata 7.0.0-beta1 #5246",
    size: 150,
    packets: (size) =>
      overTcp(445, [
        ...disk,
        ...many(size, (n) => {
          const body = writeRequest(7, new Uint8Array(8)).slice();
          body.set([255, 255, 255, 255, 255, 255].slice(n % 5), 2);
          return ask(COMMAND.write, n + 2, body);
        }),
      ]),
    shows: [["smb_mapping", { path: "\\\\HOST\\data" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "smb-pipe-flood",
    says: "Each pipe that was opened got a reader of its own, for ever.",
    published: "Zeek 6.1.0-dev.198 GH-3145",
    size: 300,
    packets: (size) =>
      overTcp(445, [
        ...pipes,
        ...many(size, (n) => [
          ask(COMMAND.create, 3 * n + 2, createRequest("svcctl")),
          answer(COMMAND.create, 3 * n + 2, createResponse(n + 7)),
          ask(COMMAND.write, 3 * n + 3, writeRequest(n + 7, bind([SERVICES]))),
        ]).flat(),
      ]),
    shows: [["weird", { name: "SMB_discarded_dce_rpc_analyzers" }]],
    rowsMax: (size) => 4 * size + 20,
  },
  {
    name: "smb-hopeless-pipe",
    says: "A pipe whose calls were given up was read on, with a warning for each.",
    published: "Zeek 9.0.0-dev.904",
    size: 150,
    packets: (size) =>
      overTcp(445, [
        ...pipes,
        ask(COMMAND.create, 2, createRequest("svcctl")),
        answer(COMMAND.create, 2, createResponse(7)),
        ask(COMMAND.write, 3, writeRequest(7, bind([SERVICES]))),
        ...many(size, (n) => {
          const options = { callId: 1, flags: n === 0 ? REQUEST.first : 0 };
          const call = request(15, new Uint8Array(2000), options);
          return ask(COMMAND.write, n + 4, writeRequest(7, call));
        }),
      ]),
    shows: [["weird", { name: "too_much_dce_rpc_fragment_data" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "dcerpc-fragment-flood",
    says: "Fragments of calls that never end were kept without a limit.",
    published: "Suricata 7.0.0-rc2 #6129; Zeek (too_many_dce_rpc_msgs_in_reassembly)",
    size: 300,
    packets: (size) =>
      overTcp(135, [
        client(bind([SERVICES])),
        [1, bindAck("\\PIPE\\svcctl")],
        ...many(size, (n): Piece => {
          const options = { callId: n + 2, flags: REQUEST.first };
          return [0, request(15, new Uint8Array(40), options)];
        }),
      ]),
    shows: [["weird", { name: "too_many_dce_rpc_msgs_in_reassembly" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "dcerpc-fragment-bytes",
    says: "One call in fragments without end was put together whole.",
    published: "Suricata 7.0.0-rc1 #5644; 8.0.0-rc1 #7730",
    size: 60,
    packets: (size) =>
      overTcp(135, [
        client(bind([SERVICES])),
        [1, bindAck("\\PIPE\\svcctl")],
        ...many(size, (n): Piece => {
          const options = { callId: 2, flags: n === 0 ? REQUEST.first : 0 };
          return [0, request(15, new Uint8Array(1000), options)];
        }),
      ]),
    shows: [["weird", { name: "too_much_dce_rpc_fragment_data" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "dcerpc-bind-answer",
    says: "The address in an answer to a bind was longer than the answer.",
    published: "Suricata 7.0.0-beta1 #5306",
    size: 150,
    packets: (size) =>
      overTcp(135, [
        client(bind([SERVICES])),
        ...many(size, (n): Piece => {
          const bytes = bindAck("\\PIPE\\svcctl").slice();
          bytes.set([255, 255 - (n % 3)], 24);
          return [1, bytes];
        }),
        [1, response(new Uint8Array(4))],
      ]),
    shows: [["conn", { service: "dce_rpc" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "kerberos-broken-error",
    says: "A message that says it is an error, and holds another's fields, was read as that one.",
    published: "Zeek 9.0.0-dev.579; 9.0.0-dev.232",
    size: 100,
    packets: (size) => {
      const text = (value: string) => der(0x1b, bytesOf(value));
      const fields = der(
        0x30,
        der(0xa0, der(2, [5])),
        der(0xa1, der(2, [30])),
        der(0xa6, der(2, [6])),
        der(0xa9, text("EXAMPLE.NET")),
        der(0xaa, der(0x30, der(0xa0, der(2, [1])), der(0xa1, der(0x30)))),
      );
      const message = Uint8Array.from(der(0x7e, fields));
      const framed = [...numbers([4, message.length]), ...message];
      return overTcp(
        88,
        many(size, (): Piece => [1, Uint8Array.from(framed)]),
      );
    },
    shows: [["kerberos", { success: false }]],
  },
  {
    name: "kerberos-nesting",
    says: "Values of ASN.1 inside each other were read by recursion.",
    published: "Suricata 4.0.0-rc2 #2177",
    size: 600,
    packets: (size) => {
      let nested: number[] = [];
      for (let n = 0; n < size; n++) nested = der(0x30, nested);
      const message = der(0x6a, nested);
      return overTcp(88, [client([...numbers([4, message.length]), ...message])]);
    },
    shows: [["conn", { conn_state: "SF" }]],
  },
];
