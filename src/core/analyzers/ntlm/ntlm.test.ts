import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { authenticate, challenge, negotiate } from "../../../../test/support/ntlm-messages.ts";
import { createLimit } from "../../base/index.ts";
import { ntlm } from "./index.ts";
import { LogonPairs } from "./logon-pairs.ts";
import { parseNtlm } from "./ntlm-parser.ts";

const logon: Piece[] = [
  [0, negotiate()],
  [1, challenge({ computer: "SERVER", dnsComputer: "server.example", tree: "example" })],
  [0, authenticate({ user: "ann", domain: "CORP", workstation: "PC7" })],
];

test("who logs on, from where and at which server is in the row", () => {
  const out = talk(ntlm, logon);
  expect(out.services).toEqual(["ntlm"]);
  expect(out.rows("ntlm")).toEqual([
    expect.objectContaining({
      username: "ann",
      domainname: "CORP",
      hostname: "PC7",
      server_nb_computer_name: "SERVER",
      server_dns_computer_name: "server.example",
      server_tree_name: "example",
      ntlm_version: 2,
      users: ["CORP\\ann no answer seen"],
    }),
  ]);
});

test("fields can be traced to their bytes", () => {
  const { marks } = talk(ntlm, logon);
  const user = marks.find(({ field }) => field === "ntlm.username");
  expect(user).toMatchObject({ side: 0, length: 6 });
});

test("a logon without a name is told as anonymous", () => {
  const out = talk(ntlm, [[0, authenticate({ user: "", domain: "", workstation: "" })]]);
  expect(out.rows("ntlm")[0]?.["users"]).toEqual(["anonymous no answer seen"]);
});

test("a host that logs on to who just logged on to it is told once", () => {
  const pairs = new LogonPairs(createLimit("pairs", 8));
  const [a, b] = [Int32Array.of(0, 0, 0, 1), Int32Array.of(0, 0, 0, 2)];
  expect(pairs.see(a, b, { now: 1e9, isHost: false })).toBe(false);
  expect(pairs.see(b, a, { now: 2e9, isHost: true })).toBe(true);
  expect(pairs.see(b, a, { now: 3e9, isHost: true })).toBe(false);
  expect(pairs.see(b, a, { now: 1e12, isHost: true })).toBe(false);
});

test("more pairs than the limit push out the oldest", () => {
  const limit = createLimit("pairs", 4);
  const pairs = new LogonPairs(limit);
  for (let n = 0; n < 10; n++) {
    pairs.see(Int32Array.of(0, 0, 0, n), Int32Array.of(0, 0, 0, 99), { now: n, isHost: false });
  }
  expect(limit.reached).toBe(6);
});

test("no bytes whatever make it throw", () => {
  const whole = authenticate({ user: "ann", domain: "CORP", workstation: "PC7" });
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (cut, at, value) => {
      const mutated = whole.slice();
      mutated[at] = value;
      parseNtlm(mutated.subarray(0, cut));
      talk(ntlm, [[0, mutated.subarray(0, cut)]]);
    }),
    { numRuns: 500 },
  );
});
