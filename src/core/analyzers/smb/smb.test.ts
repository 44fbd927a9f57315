import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { bind, request, response, u32 } from "../../../../test/support/rpc-messages.ts";
import {
  closeRequest,
  createRequest,
  createResponse,
  frame,
  layout,
  readRequest,
  readResponse,
  renameTo,
  setInfo,
  smb1,
  smb2,
  treeConnect,
  writeRequest,
} from "../../../../test/support/smb-messages.ts";
import {
  expectAnyChangeHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { smb } from "./index.ts";
import { fileTime } from "./smb-state.ts";

const DISK = 5;
const FILE = 77;
const program = Buffer.from(`MZ${"x".repeat(300)}`);

/** A command of the client and its answer. */
function exchange(
  command: number,
  messageId: number,
  asked: Uint8Array,
  answer: Uint8Array,
): Piece[] {
  return [
    [0, smb2({ command, messageId, treeId: DISK, body: asked })],
    [1, smb2({ command, messageId, treeId: DISK, body: answer })],
  ];
}

const copied: Piece[] = [
  ...treeConnect(1, DISK, "\\\\HOST\\C$"),
  ...exchange(5, 2, createRequest("Windows\\evil.exe"), createResponse(FILE)),
  ...exchange(9, 3, writeRequest(FILE, program), layout(16, [[0, 2, 17]])),
  ...exchange(6, 4, closeRequest(FILE), layout(60, [])),
];

test("shares and files have their rows", () => {
  const out = talk(smb, copied);
  expect(out.services).toEqual(["smb"]);
  expect(out.rows("smb_mapping")).toEqual([
    expect.objectContaining({ path: "\\\\HOST\\C$", share_type: "DISK", status: "SUCCESS" }),
  ]);
  expect(out.rows("smb_files")).toEqual([
    expect.objectContaining({
      action: "SMB::FILE_OPEN",
      name: "Windows\\evil.exe",
      path: "\\\\HOST\\C$",
      "times.modified": 1577836800,
    }),
  ]);
  expect(out.rows("smb_cmd").map((row) => row["command"])).toEqual([
    "TREE_CONNECT",
    "CREATE",
    "WRITE",
    "CLOSE",
  ]);
});

test("what is written is a file, and a write to a share for administrators is told", () => {
  const out = talk(smb, copied);
  expect(out.files).toEqual([
    expect.objectContaining({
      filename: "Windows\\evil.exe",
      source: "SMB",
      side: 0,
      isEnded: true,
    }),
  ]);
  expect(Buffer.from(out.files[0]!.bytes)).toEqual(program);
  expect(out.notices).toEqual(["Lateral::Admin_Share_File_Written"]);
});

test("a write to any other share is not told", () => {
  const pieces: Piece[] = [...treeConnect(1, DISK, "\\\\HOST\\public"), ...copied.slice(2)];
  expect(talk(smb, pieces).notices).toEqual([]);
});

test("what is read is a file of the server", () => {
  const out = talk(smb, [
    ...treeConnect(1, DISK, "\\\\HOST\\public"),
    ...exchange(5, 2, createRequest("a.txt"), createResponse(FILE, 5)),
    ...exchange(8, 3, readRequest(FILE), readResponse(Buffer.from("hello"))),
  ]);
  expect(out.files[0]).toMatchObject({ side: 1, totalBytes: 5 });
  expect(Buffer.from(out.files[0]!.bytes).toString()).toBe("hello");
});

test("renames and deletions are rows, with the name before", () => {
  const out = talk(smb, [
    ...treeConnect(1, DISK, "\\\\HOST\\public"),
    ...exchange(5, 2, createRequest("old.txt"), createResponse(FILE)),
    ...exchange(17, 3, setInfo(FILE, 10, renameTo("new.txt")), layout(2, [])),
    ...exchange(17, 4, setInfo(FILE, 13, Uint8Array.of(1)), layout(2, [])),
  ]);
  expect(
    out.rows("smb_files").map(({ action, name, prev_name }) => [action, name, prev_name]),
  ).toEqual([
    ["SMB::FILE_OPEN", "old.txt", undefined],
    ["SMB::FILE_RENAME", "new.txt", "old.txt"],
    ["SMB::FILE_DELETE", "new.txt", "old.txt"],
  ]);
});

test("commands that are chained in one message are all read", () => {
  const both = (side: 0 | 1, first: Uint8Array, second: Uint8Array): Piece => [
    side,
    smb2(
      { command: 5, messageId: 2, treeId: DISK, body: first },
      { command: 6, messageId: 3, treeId: DISK, body: second },
    ),
  ];
  const out = talk(smb, [
    ...treeConnect(1, DISK, "\\\\HOST\\public"),
    both(0, createRequest("a"), closeRequest(-1 >>> 0)),
    both(1, createResponse(FILE), layout(60, [])),
  ]);
  expect(out.rows("smb_cmd").map((row) => row["command"])).toEqual([
    "TREE_CONNECT",
    "CREATE",
    "CLOSE",
  ]);
});

test("pipes carry remote calls, named by the pipe", () => {
  const svcctl = "367abb81-9844-35f1-ad32-98f038001003";
  const out = talk(smb, [
    ...treeConnect(1, DISK, "\\\\HOST\\IPC$", 2),
    ...exchange(5, 2, createRequest("svcctl"), createResponse(FILE)),
    ...exchange(9, 3, writeRequest(FILE, bind([svcctl])), layout(16, [])),
    ...exchange(9, 4, writeRequest(FILE, request(15, new Uint8Array(8))), layout(16, [])),
    ...exchange(8, 5, readRequest(FILE), readResponse(response(u32(0)))),
  ]);
  expect(out.inner.map(({ name }) => name)).toEqual(["dce_rpc"]);
  expect(out.inner[0]?.bytes[0].length).toBeGreaterThan(0);
  expect(out.files).toEqual([]);
});

test("messages that are encrypted or compressed are counted and said", () => {
  const hidden = (first: number): Uint8Array =>
    frame(Uint8Array.from([first, 0x53, 0x4d, 0x42, ...Array(60).fill(7)]));
  const out = talk(smb, [
    ...copied.slice(0, 2),
    [0, hidden(0xfd)],
    [1, hidden(0xfd)],
    [1, hidden(0xfc)],
  ]);
  expect(out.rows("smb")[0]).toMatchObject({
    messages: 5,
    encrypted_messages: 2,
    compressed_messages: 1,
  });
});

const dialects = Buffer.from("\x02NT LM 0.12\0\x02SMB 2.002\0", "latin1");
const logon = Buffer.from("pass\0ann\0CORP\0Unix\0Samba\0", "latin1");

test("SMB 1 says who logs on without a token, and what runs there", () => {
  const out = talk(smb, [
    [0, smb1(0x72, new Uint8Array(0), dialects, { isUnicode: false })],
    [1, smb1(0x72, new Uint8Array(34), new Uint8Array(0), { isUnicode: false })],
    [
      0,
      smb1(
        0x73,
        layout(26, [
          [0, 1, 255],
          [14, 2, 5],
        ]),
        logon,
        { isUnicode: false },
      ),
    ],
  ]);
  expect(out.rows("smb")[0]).toMatchObject({
    dialect: "NT LM 0.12",
    client_dialects: ["NT LM 0.12", "SMB 2.002"],
    username: "ann",
    domainname: "CORP",
    native_os: "Unix",
    native_lanman: "Samba",
  });
});

test("a chain of commands that goes too deep or not on is left, and told once", () => {
  const chain = (next: (n: number) => number): Uint8Array => {
    const commands = Array.from({ length: 30 }, (_, n) =>
      layout(7, [
        [0, 1, 2],
        [1, 1, 0x74],
        [3, 2, next(n)],
      ]),
    );
    const whole = Buffer.from(smb1(0x74, new Uint8Array(0), new Uint8Array(0)));
    return frame(Buffer.concat([whole.subarray(4, 36), ...commands]));
  };
  expect(talk(smb, [[0, chain((n) => 32 + 7 * (n + 1))]]).weirds).toEqual([
    "smb_andx_depth_exceeded",
  ]);
  expect(talk(smb, [[0, chain(() => 32)]]).weirds).toEqual(["smb_andx_offset_not_advancing"]);
});

test("exploits of MS17-010 are told by how they break transactions", () => {
  const begun = smb1(
    0xa0,
    layout(38, [
      [3, 4, 100],
      [7, 4, 9000],
    ]),
    new Uint8Array(0),
  );
  const goesOn = smb1(0x33, layout(18, []), new Uint8Array(0));
  expect(
    talk(smb, [
      [0, begun],
      [0, goesOn],
    ]).notices,
  ).toEqual(["Lateral::EternalBlue"]);
  expect(
    talk(smb, [
      [0, begun],
      [0, smb1(0xa1, layout(36, []), new Uint8Array(0))],
    ]).notices,
  ).toEqual([]);
});

test("the back door that they leave is told by its answer", () => {
  const knock = smb1(
    0x32,
    layout(30, [
      [26, 1, 1],
      [28, 2, 14],
    ]),
    new Uint8Array(0),
    { messageId: 65 },
  );
  const answer = (messageId: number): Piece => [
    1,
    smb1(0x32, new Uint8Array(0), new Uint8Array(0), { messageId, status: 0xc0000002 }),
  ];
  expect(talk(smb, [[0, knock], answer(65)]).notices).toEqual(["Lateral::DoublePulsar_Probe"]);
  expect(talk(smb, [[0, knock], answer(81)]).notices).toEqual([
    "Lateral::DoublePulsar_Probe",
    "Lateral::DoublePulsar_Installed",
  ]);
});

test("after a gap reading goes on where a message begins", () => {
  const pieces: Piece[] = [...copied.slice(0, 2), [0, 1000], ...copied.slice(2)];
  expect(talk(smb, pieces).rows("smb_files")).toHaveLength(1);
});

test("a message longer than the limit is passed over, and what follows is read", () => {
  const limit = (name: string, maximum: number) => ({
    name,
    maximum: name === "smb.messageBytes" ? 70_000 : maximum,
    reached: 0,
  });
  const long = frame(Buffer.concat([Buffer.from("\xfeSMB", "latin1"), Buffer.alloc(200_000)]));
  const cut: Piece[] = [
    [0, long.subarray(0, 1000)],
    [0, long.subarray(1000)],
  ];
  const out = talk(smb, [...copied.slice(0, 2), ...cut, ...copied.slice(2)], {
    services: { limit },
  });
  expect(out.rows("smb_files")).toHaveLength(1);
});

test("times are told from 1601 on", () => {
  expect(fileTime(116_444_736_000_000_000n)).toEqual({ seconds: 0, nanoseconds: 0 });
  expect(fileTime(116_444_736_000_000_000n - 5n)).toEqual({
    seconds: -1,
    nanoseconds: 999_999_500,
  });
});

test("whole, byte by byte and however cut, the same rows come out", () => {
  const rows = rowsWithoutTimes(smb, ["smb_mapping", "smb_files"]);
  expectSameHoweverCut(copied, rows, { pieceBytesMax: 150 });
});

test("no bytes whatever make it throw", () => {
  const old: Piece[] = [
    [0, smb1(0x72, new Uint8Array(0), dialects)],
    [0, smb1(0x73, layout(26, [[14, 2, 5]]), logon)],
    [
      0,
      smb1(
        0x25,
        layout(32, [
          [22, 2, 4],
          [24, 2, 60],
          [26, 1, 2],
        ]),
        Buffer.alloc(40),
      ),
    ],
    [0, smb1(0xa2, layout(48, []), Buffer.alloc(20))],
    [1, smb1(0xa2, layout(68, []), Buffer.alloc(20))],
  ];
  const all = [...copied, ...old];
  expectAnyChangeHarmless(smb, all, { runs: 1000 });
});
