import { logSchemas } from "../src/core/analyzers/index.ts";
import { type Field, zeekType } from "../src/core/events/index.ts";

/** The reference of all logs and fields as Markdown. */
export function logReference(): string {
  const shown = logSchemas.filter((schema) => schema.shown);
  const list = shown.map(({ name, says }) => `- [${name}](#${anchor(name)}): ${says}`);
  const parts = shown.map(
    ({ name, says, fields }) =>
      `## ${name}\n\n${says}\n\n| field | type | |\n|---|---|---|\n${fields.map(rowOf).join("\n")}`,
  );
  return `# Logs and their fields

Made from the schemas by \`node scripts/write-log-reference.ts\`. Names and types are Zeek's; fields marked
with + are Holdfast's own and left out of Zeek's text form. A field is asked for as \`log.field\`, such as
\`dns.query\`; fields that may be unset are marked with ?.

${list.join("\n")}

${parts.join("\n\n")}
`;
}

function rowOf(field: Field): string {
  const marks = `${field.optional ? " ?" : ""}${field.ours ? " +" : ""}`;
  return `| \`${field.name}\`${marks} | ${zeekType(field)} | ${field.says.replaceAll("|", "\\|")} |`;
}

function anchor(name: string): string {
  return name.replaceAll(/[^a-z0-9_-]/g, "");
}
