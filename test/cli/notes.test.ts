import { expect, test } from "vitest";
import { isLeftOut, ScratchHome, stock } from "../support/holdfast.ts";

interface Note {
  readonly note: string;
  readonly uid: string | null;
  readonly packet: { readonly segment: string; readonly offset: number } | null;
  readonly from_ns: string | null;
  readonly to_ns: string | null;
  readonly text: string;
  readonly tags: readonly string[];
  readonly by: string;
}

test.skipIf(isLeftOut("tshark"))(
  "notes are on record, found again by connection and tag, and go out as comments of their packet",
  async () => {
    const home = ScratchHome.withIncident();
    await home.serve();
    const [upload] = home.json<{ uid: string }>("query", "conn.orig_bytes > 10MB");
    const uid = upload!.uid;
    home.ok("note", "the archive leaves here", "--uid", uid, "--tag", "exfiltration");
    home.ok("note", "first bytes of the zip", "--uid", uid, "--packet", "7");
    home.ok("note", "handed to legal", "--case", "scratch");
    const notes = home.json<Note>("notes", uid);
    expect(notes.map(({ text, tags, by }) => [text, tags, by])).toEqual([
      ["the archive leaves here", ["exfiltration"], expect.any(String)],
      ["first bytes of the zip", [], expect.any(String)],
    ]);
    expect(notes[1]!.packet).toMatchObject({ offset: expect.any(Number) });
    // Where the packet lies, and when it came: both are known then.
    expect(notes[1]!.from_ns).toBe(notes[1]!.to_ns);
    expect(home.json("notes")).toHaveLength(3);
    expect(home.json("notes", "--tag", "exfiltration")).toHaveLength(1);

    const out = home.path("out.pcapng");
    home.ok("packets", "--uid", uid, "-o", out);
    const fields = ["-T", "fields", "-e", "frame.number", "-e", "frame.comment"];
    const said = stock("tshark", ["-n", "-r", out, "-Y", "frame.comment", ...fields]).toString();
    expect(said.trim()).toBe(`7\t${notes[1]!.by}: first bytes of the zip`);

    home.ok("notes", "--withdraw", notes[1]!.note, "--reason", "wrong packet");
    expect(home.json("notes", uid)).toHaveLength(1);
    home.ok("packets", "--uid", uid, "-o", home.path("again.pcapng"));
    const again = stock("tshark", ["-n", "-r", home.path("again.pcapng"), "-Y", "frame.comment"]);
    expect(again.toString()).toBe("");
    const types = home.json<{ type: string }>("ledger").map(({ type }) => type);
    expect(types.filter((type) => type === "note.add")).toHaveLength(3);
    expect(types).toContain("note.withdraw");
    expect(home.ok("verify").code).toBe(0);
  },
  120_000,
);

test("a note on a stretch of time keeps both ends; a moment has two that are the same", () => {
  const home = new ScratchHome();
  home.ok("init");
  home.ok("case", "open", "IR-1");
  const from = ["--from", "2026-03-10T01:00:00.000000001Z"];
  home.ok("note", "backup", "--case", "IR-1", ...from, "--to", "2026-03-10T03:00:00Z");
  home.ok("note", "then", "--case", "IR-1", ...from);
  const times = home.json<Note>("notes").map((one) => [one.from_ns, one.to_ns]);
  expect(times).toEqual([
    ["1773104400000000001", "1773111600000000000"],
    ["1773104400000000001", "1773104400000000001"],
  ]);
  const turned = home.run(["note", "x", "--case", "IR-1", ...from, "--to", "2026-03-09T00:00:00Z"]);
  expect(turned.errors).toContain("--to comes before --from");
});

test("a note that says nothing, or is about nothing there, is refused with what to do", () => {
  const home = ScratchHome.empty();
  expect(home.run(["note", "  "]).errors).toContain("a note says something");
  expect(home.run(["note", "text"]).errors).toContain("about a connection or a case");
  expect(home.run(["note", "text", "--case", "none"]).errors).toContain("no case none");
  expect(home.run(["note", "text", "--packet", "3"]).errors).toContain("--uid");
  expect(home.run(["note", "text", "--uid", "CHhAvVGS1DHFjwGM9"]).code).toBe(4);
  expect(home.run(["note", "text", "--case", "a", "--tag", "two words"]).errors).toContain(
    "a tag is",
  );
  expect(home.run(["notes", "--withdraw", "01K"]).errors).toContain("there is no note");
  expect(home.run(["notes"]).code).toBe(4);
}, 120_000);
