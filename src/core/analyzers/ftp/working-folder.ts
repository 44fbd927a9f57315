import { formatAddress } from "../../packet/index.ts";
import { joinPath, pathIn } from "./ftp-paths.ts";

/** Replies that tell the folder, by command and code. */
const FOLDER_REPLIES: ReadonlySet<string> = new Set([
  "CWD 250",
  "CDUP 200",
  "CDUP 250",
  "PWD 257",
  "XPWD 257",
]);

/** The folder that a session is in, as far as its commands and replies tell. */
export class WorkingFolder {
  readonly #lengthMax: number;
  #folder = ".";

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** True when a command and its reply told the folder. */
  learn(command: string, argument: string, reply: { code: number; text: string }): boolean {
    if (!FOLDER_REPLIES.has(`${command} ${reply.code}`)) return false;
    if (command === "CWD") this.#folder = joinPath(this.#folder, argument);
    else if (command === "CDUP") this.#folder = joinPath(this.#folder, "/..");
    else this.#folder = pathIn(reply.text);
    this.#folder = this.#folder.slice(0, this.#lengthMax);
    return true;
  }

  /** A link to a file of a server. */
  link(server: Int32Array, argument: string): string {
    const path = joinPath(this.#folder, argument);
    const host = formatAddress(server[0]!, server[1]!, server[2]!, server[3]!);
    const rooted = path.startsWith("/") ? path : `/${path}`;
    return `ftp://${host.includes(":") ? `[${host}]` : host}${rooted}`;
  }
}
