import { type Asking, amount, type Finding } from "./asking.ts";

/** Types, told from the first bytes, of what runs when it is opened. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "application/x-dosexec": "Windows program",
  "application/x-executable": "Unix program",
  "application/x-sharedlib": "Unix library",
  "application/x-mach-o-executable": "macOS program",
  "application/java-archive": "Java archive",
  "application/x-java-applet": "Java class",
  "application/vnd.ms-cab-compressed": "Windows cabinet",
  "application/hta": "HTML application",
  "text/x-msdos-batch": "batch file",
  "text/x-powershell": "PowerShell script",
  "text/x-shellscript": "shell script",
};

/** Files that travelled and can be run, by type. */
export async function findPrograms(ask: Asking): Promise<Finding[]> {
  const types = Object.keys(PROGRAMS).map((type) => `"${type}"`);
  const query = `files.mime_type in {${types.join(", ")}}`;
  const { groups } = await ask.groups("files", query, ["mime_type"], types.length);
  return await Promise.all(
    groups.map(async ({ values: [type], rows: count }): Promise<Finding> => {
      const own = `files.mime_type == "${type}"`;
      const [first] = await ask.rows("files", own);
      const name = first?.["filename"] ?? first?.["origin"];
      const example = name === undefined ? "" : `, ${count === 1 ? "" : "among them "}${name}`;
      const text = `${amount(count, PROGRAMS[String(type)]!)} travelled${example}.`;
      const uid = count === 1 && first?.["uid"] !== undefined ? String(first["uid"]) : null;
      return { kind: "program", text, log: "files", query: own, uid, count };
    }),
  );
}
