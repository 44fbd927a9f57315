import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const FILES = ["wiregasm.js", "wiregasm.wasm.gz", "wiregasm.data.gz"];

/**
 * Puts the package beside the page as it was published, with its licence: a program of its own,
 * which whoever wants to replaces by another build of the same name.
 */
export function wiresharkFiles(): Plugin {
  const manifest = createRequire(import.meta.url).resolve("@goodtools/wiregasm/package.json");
  const folder = dirname(manifest);
  return {
    name: "wireshark-files",
    writeBundle: ({ dir }) => {
      const out = join(dir ?? "dist", "wireshark");
      mkdirSync(out, { recursive: true });
      for (const file of FILES) copyFileSync(join(folder, "dist", file), join(out, file));
      copyFileSync(join(folder, "LICENSE"), join(out, "LICENSE.txt"));
      writeFileSync(join(out, "NOTICE.txt"), NOTICE);
    },
  };
}

const NOTICE = `wiregasm.js, wiregasm.wasm.gz and wiregasm.data.gz are @goodtools/wiregasm 1.9.1, unmodified:
Wireshark 4.4.5 compiled to WebAssembly. Copyright of the Wireshark authors and of the authors of
wiregasm; GNU General Public License, version 2, see LICENSE.txt beside this file.

Source: https://github.com/good-tools/wiregasm (tag v1.9.1), https://gitlab.com/wireshark/wireshark
(tag v4.4.5).

They are a separate program. Holdfast gives them packets by message and shows what they answer; it
works without them, and they can be replaced by another build with the same names.
`;
