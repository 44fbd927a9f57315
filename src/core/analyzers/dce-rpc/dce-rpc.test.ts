import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  bind,
  bindAck,
  request,
  response,
  Stub,
  u32,
} from "../../../../test/support/rpc-messages.ts";
import {
  expectAnyChangeHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { createLimit, type Limit } from "../../base/index.ts";
import { mappedEndpoints } from "./endpoint-mapper.ts";
import { dceRpc } from "./index.ts";
import { InterfaceNames } from "./interface-names.ts";
import { NdrReader } from "./ndr-reader.ts";
import { RemoteWatch } from "./remote-watch.ts";

const SVCCTL = "367abb81-9844-35f1-ad32-98f038001003";
const NETLOGON = "12345678-1234-abcd-ef00-01234567cffb";
const EPM = "e1af8308-5d1f-11c9-91a4-08002b14a0fa";
const TASKS = "86d35949-83c9-4044-b424-db363231fd0c";
const DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2";
const empty = new Uint8Array(0);

const service = new Stub()
  .handle(1)
  .text("evil")
  .pointer("Evil service")
  .number(0xf01ff)
  .number(0x10)
  .number(3)
  .number(1)
  .text("C:\\evil.exe")
  .done();
const opened = new Stub().number(0).handle(7).number(0).done();
const start = new Stub().handle(7).number(0).number(0).done();

const installed: Piece[] = [
  [0, bind([SVCCTL])],
  [1, bindAck("\\pipe\\svcctl")],
  [0, request(12, service, { callId: 2 })],
  [1, response(opened, { callId: 2 })],
  [0, request(19, start, { callId: 3 })],
  [1, response(u32(0), { callId: 3 })],
];

test("each call that is answered has a row with interface, operation and pipe", () => {
  const out = talk(dceRpc, installed);
  expect(out.services).toEqual(["dce_rpc"]);
  expect(out.rows("dce_rpc")).toEqual([
    expect.objectContaining({
      endpoint: "svcctl",
      operation: "CreateServiceW",
      named_pipe: "\\pipe\\svcctl",
      opnum: 12,
      rtt: 0.001,
    }),
    expect.objectContaining({ operation: "StartServiceW", opnum: 19 }),
  ]);
});

test("a service that is installed and started is told with its name and program", () => {
  const told: string[] = [];
  const out = talk(dceRpc, installed, { onNotice: (note) => told.push(note) });
  expect(out.notices).toEqual([
    "Lateral::Remote_Service_Created",
    "Lateral::Remote_Service_Started",
  ]);
  expect(told[0]).toContain('installs the service evil ("Evil service")');
  expect(told[0]).toContain("C:\\evil.exe");
  expect(told[1]).toContain("starts the service evil");
});

test("what encryption hides is said to be hidden, not made up", () => {
  const told: string[] = [];
  talk(
    dceRpc,
    [
      [0, bind([SVCCTL])],
      [0, request(24, service, { level: 6 })],
    ],
    {
      onNotice: (note) => told.push(note),
    },
  );
  expect(told).toEqual([expect.stringContaining("encrypted, not visible")]);
  expect(told[0]).not.toContain("evil");
});

test("parameters in 64-bit form are read as well", () => {
  const word = (value: number): Buffer => Buffer.concat([u32(value), u32(0)]);
  const name = Buffer.from("evil\0", "utf16le");
  const stub = Buffer.concat([Buffer.alloc(24), word(5), word(0), word(5), name]);
  const reader = new NdrReader(new Uint8Array(stub), { littleEndian: true, isNdr64: true });
  reader.handle();
  expect(reader.text()).toBe("evil");
  expect(reader.text()).toBe("");
  expect(reader.short).toBe(true);
});

test("a task is told with what it runs", () => {
  const xml = "<Task><Exec><Command>cmd.exe</Command><Arguments>/c calc</Arguments></Exec></Task>";
  const stub = new Stub().pointer("\\evil").text(xml).done();
  const told: string[] = [];
  talk(
    dceRpc,
    [
      [0, bind([TASKS])],
      [0, request(1, stub)],
    ],
    { onNotice: (n) => told.push(n) },
  );
  expect(told[0]).toContain("creates the task \\evil");
  expect(told[0]).toContain("cmd.exe /c calc");
});

const login = (credential: number): Uint8Array =>
  new Stub()
    .pointer("\\\\DC")
    .text("DC$")
    .add(Uint8Array.of(6, 0))
    .text("ATTACKER")
    .add(new Uint8Array(8).fill(credential))
    .number(0x212fffff)
    .done();

test("Zerologon is told for a credential of zeros only, and its success by the answer", () => {
  const success = new Stub().number(0).number(0).number(0).done();
  const pieces = (credential: number): Piece[] => [
    [0, bind([NETLOGON])],
    [0, request(26, login(credential))],
    [1, response(success)],
  ];
  expect(talk(dceRpc, pieces(3)).notices).toEqual([]);
  expect(talk(dceRpc, pieces(0)).notices).toEqual([
    "Lateral::Zerologon_Attempt",
    "Lateral::Zerologon_Success",
  ]);
});

test("replication is told of who looked names up first and serves no directory", () => {
  const pull: Piece = [0, request(3, empty, { level: 6 })];
  const lookUp: Piece = [0, request(12, empty, { level: 6 })];
  expect(talk(dceRpc, [[0, bind([DRSUAPI])], pull]).notices).toEqual([]);
  expect(talk(dceRpc, [[0, bind([DRSUAPI])], lookUp, pull]).notices).toEqual(["Lateral::DCSync"]);
});

const tower = Uint8Array.from([1, 0, 7, 2, 0, 0xc2, 0x03, 1, 0, 9, 4, 0, 10, 0, 0, 9]);

test("the ports that the endpoint mapper names are waited for", () => {
  const stub = Buffer.concat([Buffer.alloc(40), tower, Buffer.alloc(4)]);
  const out = talk(dceRpc, [
    [0, bind([EPM])],
    [0, request(3, empty)],
    [1, response(stub)],
  ]);
  expect(out.expected).toEqual([0xc203]);
  expect(mappedEndpoints(tower)[0]?.address).toEqual(Int32Array.of(0, 0, 0xffff, 0x0a000009));
});

test("a call in fragments is one call", () => {
  const half = service.length >> 1;
  const out = talk(dceRpc, [
    [0, bind([SVCCTL])],
    [0, request(12, service.subarray(0, half), { flags: 1 })],
    [0, request(12, service.subarray(half), { flags: 2 })],
    [1, response(opened)],
  ]);
  expect(out.rows("dce_rpc")).toHaveLength(1);
  expect(out.notices).toEqual(["Lateral::Remote_Service_Created"]);
});

test("a call that is too long is given up, told once, and calls behind it are still seen", () => {
  const piece = new Uint8Array(20_000);
  const out = talk(dceRpc, [
    [0, bind([SVCCTL])],
    [0, request(13, piece, { flags: 1 })],
    [0, request(13, piece, { flags: 0 })],
    [0, request(13, piece, { flags: 2 })],
    [0, request(12, service, { callId: 9 })],
  ]);
  expect(out.weirds).toEqual(["too_much_dce_rpc_fragment_data"]);
  expect(out.notices).toEqual(["Lateral::Remote_Service_Created"]);
});

test("a pipe that was closed writes nothing more, a connection its last call", () => {
  const pieces: Piece[] = [...installed, [0, request(19, start, { callId: 4 })]];
  expect(talk(dceRpc, pieces).rows("dce_rpc")).toHaveLength(3);
});

test("random bytes are not taken for it, a whole header is", () => {
  const recognise = dceRpc.recognises!;
  expect(recognise(bind([SVCCTL]), 0, "tcp")).toBe("yes");
  expect(recognise(Uint8Array.of(5, 0), 0, "tcp")).toBe("more");
  expect(recognise(Uint8Array.of(5, 0, 11, 3, 0x77), 0, "tcp")).toBe("no");
  expect(recognise(Uint8Array.of(22, 3, 1), 0, "tcp")).toBe("no");
});

test("names that nobody knows say their number", () => {
  const names = new InterfaceNames();
  expect(names.endpoint("00000000-0000-0000-0000-000000000001")).toMatch(/^unknown-0/);
  expect(names.operation(SVCCTL, 12)).toBe("CreateServiceW");
  expect(names.operation(SVCCTL, 9999)).toBe("unknown-9999");
});

test("whole, byte by byte and however cut, the same rows come out", () => {
  const rows = rowsWithoutTimes(dceRpc, ["dce_rpc"]);
  expectSameHoweverCut(installed, rows, { pieceBytesMax: 90 });
});

test("no bytes whatever make it throw", () => {
  expectAnyChangeHarmless(dceRpc, installed);
});

test("pairs of hosts that are remembered have a limit, and the oldest go first", () => {
  const limits = new Map<string, Limit>();
  const watch = new RemoteWatch((name) => {
    const limit = createLimit(name, 4);
    limits.set(name, limit);
    return limit;
  });
  for (let n = 0; n < 6; n++) watch.meet("calls", `client ${n}`, "server");
  expect(watch.hasMet("calls", "client 0", "server")).toBe(false);
  expect(watch.hasMet("calls", "client 5", "server")).toBe(true);
  expect(watch.meet("calls", "client 5", "another")).toBe(2);
  expect(limits.get("dce_rpc.watchedHosts")?.reached).toBe(3);
});
