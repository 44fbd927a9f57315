import { HoldfastError } from "../core/base/index.ts";
import { readStandardInput } from "../platform/index.ts";

const PASSWORD_BYTES_MAX = 4096;
const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ["\u0003", "\u0004", "\b", "\u007f"];

/** A new password: asked for twice on a terminal, unseen; else the first line of standard input. */
export async function readNewPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) return await firstLine();
  const first = await ask(`new password of ${name}: `);
  if ((await ask("the same again: ")) === first) return first;
  throw new HoldfastError("request/bad-input", "the two passwords differ");
}

async function firstLine(): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of readStandardInput()) {
    pieces.push(piece);
    length += piece.length;
    if (length > PASSWORD_BYTES_MAX) break;
  }
  return Buffer.concat(pieces).toString("utf8").split(/\r?\n/)[0] ?? "";
}

function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true).setEncoding("utf8").resume();
  return new Promise((resolve, reject) => {
    let text = "";
    const end = (): void => {
      stdin.off("data", read).setRawMode(false).pause();
      stderr.write("\n");
    };
    const read = (typed: string): void => {
      for (const key of typed) {
        if (key === CTRL_C || key === CTRL_D) {
          end();
          reject(new HoldfastError("cli/interrupted", "interrupted"));
          return;
        }
        if (key === "\r" || key === "\n") {
          end();
          resolve(text);
          return;
        }
        if (key === BACKSPACE || key === DELETE) text = [...text].slice(0, -1).join("");
        else if (text.length < PASSWORD_BYTES_MAX) text += key;
      }
    };
    stdin.on("data", read);
  });
}
