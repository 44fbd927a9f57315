import type { Exchange } from "../shared/http-content/index.ts";
import type { Side } from "../shared/index.ts";
import { asciiText, latinBytes } from "../shared/index.ts";
import { firstToken, type MimeHeader } from "../shared/mime/index.ts";

/** Headers of a WebSocket handshake that are kept of a message. */
const HEADERS_MAX = 32;
const TEXT_MAX = 8192;

/** Keeps what a change of protocol depends on (RFC 9110 7.8), and WebSocket's headers. */
export class UpgradeHeaders {
  #isUpgrade = false;
  #protocol: string | undefined;
  #request: string[] | undefined;
  #reply: string[] | undefined;

  /** Whether a header is one to be kept. */
  static concerns(side: Side, name: string): boolean {
    const isAnswer = side === 1 && (name === "connection" || name === "upgrade");
    return isAnswer || name.startsWith("sec-websocket-");
  }

  header(side: Side, { name, writtenName, value }: MimeHeader): void {
    if (name.startsWith("sec-websocket-")) {
      if (side === 0) this.#request ??= [];
      else this.#reply ??= [];
      const headers = (side === 0 ? this.#request : this.#reply)!;
      if (headers.length >= HEADERS_MAX) return;
      headers.push(`${writtenName}: ${asciiText(value.subarray(0, TEXT_MAX))}`);
    }
    if (side === 0) return;
    if (name === "connection" && firstToken(value)?.folded === "upgrade") this.#isUpgrade = true;
    if (name === "upgrade") this.#protocol = firstToken(value)?.folded;
  }

  /** The protocol that the server changes to, in lower case. */
  get acceptedProtocol(): string | undefined {
    return this.#isUpgrade ? this.#protocol : undefined;
  }

  replyDone(): void {
    this.#isUpgrade = false;
    this.#protocol = undefined;
  }

  /** Both heads with what WebSocket looks at. */
  handshake(exchange: Pick<Exchange, "method" | "texts"> | undefined): [Uint8Array, Uint8Array] {
    const { method = "GET", texts } = exchange ?? {};
    const request = [`${method} ${texts?.get("uri") ?? ""} HTTP/1.1`];
    const [host, agent] = [texts?.get("host"), texts?.get("user_agent")];
    if (host !== undefined) request.push(`Host: ${host}`);
    if (agent !== undefined) request.push(`User-Agent: ${agent}`);
    request.push(...(this.#request ?? []));
    const reply = ["HTTP/1.1 101 Switching Protocols", ...(this.#reply ?? [])];
    return [head(request), head(reply)];
  }
}

function head(lines: readonly string[]): Uint8Array {
  return latinBytes(`${lines.join("\r\n")}\r\n\r\n`);
}
