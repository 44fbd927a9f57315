// `node scripts/write-openapi.ts`: writes the API's description beside its contract. A test compares
// the two, so that no change of the contract goes unseen.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeApi } from "../src/server/index.ts";

const path = fileURLToPath(new URL("../src/api/openapi.json", import.meta.url));
writeFileSync(path, `${JSON.stringify(describeApi(), null, 2)}\n`);
