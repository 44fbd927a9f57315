// `npm start [-- FILE…]`: installs what is missing, then prepares a home, imports and serves.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildPage, environment, installDependencies, node24, root } from "./bootstrap.mjs";

installDependencies();
buildPage();
const child = spawn(
  node24(),
  [
    "--disable-warning=ExperimentalWarning",
    join(root, "src/cli/main.ts"),
    "start",
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", env: { ...process.env, ...environment() } },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
