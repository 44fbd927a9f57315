import { existsSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeIncident } from "../../src/core/traffic/index.ts";

/** The demonstration incident as a file, written once a machine and run. */
export function incidentFile(): string {
  const path = join(tmpdir(), `holdfast-incident-${process.ppid}.pcapng`);
  if (existsSync(path)) return path;
  const own = join(mkdtempSync(join(tmpdir(), "holdfast-incident-")), "incident.pcapng");
  writeFileSync(own, Buffer.concat([...writeIncident()]));
  renameSync(own, path);
  return path;
}
