// `node scripts/write-log-reference.ts`: writes docs/logs.md, the reference of all logs and fields, from
// their schemas. A test compares the two.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { logReference } from "./log-reference.ts";

writeFileSync(fileURLToPath(new URL("../docs/logs.md", import.meta.url)), logReference());
