import { type Asking, amount, type Finding } from "./asking.ts";

const KINDS_SHOWN = 12;

/** What analyzers found, by kind, each with the first that shows it. */
export async function findNotices(ask: Asking): Promise<Finding[]> {
  const { groups } = await ask.groups("notice", "", ["note"], KINDS_SHOWN);
  return await Promise.all(
    groups.map(async ({ values: [note], rows: count }): Promise<Finding> => {
      const query = `notice.note == "${note}"`;
      const [first] = await ask.rows("notice", query);
      const more = count > 1 ? ` (and ${amount(count - 1, "more", "more")})` : "";
      const uid = count === 1 && first?.["uid"] !== undefined ? String(first["uid"]) : null;
      const text = `${note}: ${first?.["msg"] ?? ""}${more}`;
      return { kind: "notice", text, log: "notice", query, uid, count };
    }),
  );
}
