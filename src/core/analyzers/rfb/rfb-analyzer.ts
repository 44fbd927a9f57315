import type { Limit } from "../../base/index.ts";
import {
  asciiText,
  bytesToText,
  type Conversation,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";

/** What all flows of RFB share. */
export interface RfbShared {
  readonly log: LogWriter;
  /** Bytes of one message of the handshake. */
  readonly messageBytes: Limit;
}

/** Ways to log in by number (RFC 6143 8.1.2, and those of other vendors). */
const METHODS: Readonly<Record<number, string>> = {
  0: "Invalid",
  1: "None",
  2: "VNC",
  16: "Tight",
  17: "Ultra",
  18: "TLS",
  19: "VeNCrypt",
  20: "GTK-VNC SASL",
  21: "MD5 hash authentication",
  22: "Colin Dean xvp",
  30: "Apple Remote Desktop",
};
const NO_LOGIN = 1;
const VNC_LOGIN = 2;
const APPLE_LOGIN = 30;
const VERSION_BYTES = 12;
const CHALLENGE_BYTES = 16;
/** Size, pixel format and the length of the name (RFC 6143 7.3.2). */
const SERVER_INIT_BYTES = 24;

/** What is to come from the server, and from the client; `wait` until the other side has spoken. */
type ServerState =
  | "version"
  | "method"
  | "methods"
  | "failure"
  | "challenge"
  | "apple challenge"
  | "result"
  | "init"
  | "wait";
type ClientState = "version" | "choice" | "response" | "apple response" | "init" | "wait";
/** Bytes that were read: 0 when there are too few, below 0 when they are broken. */
type Used = number;
const BROKEN = -1;

/** Remote framebuffer (RFC 6143), up to the server's parameters. */
export class RfbAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: RfbShared;
  readonly #stream: MessageStream;
  #client: ClientState = "version";
  #server: ServerState = "version";
  #isWritten = false;
  #startTime = -1;
  #minor = 0;
  #keyBytes = 0;
  #versions: [readonly [string, string] | undefined, readonly [string, string] | undefined] = [
    undefined,
    undefined,
  ];
  #method: number | undefined;
  #isLoggedIn: boolean | undefined;
  #isShared: boolean | undefined;
  #desktop: { readonly name: string; readonly width: number; readonly height: number } | undefined;

  constructor(conversation: Conversation, shared: RfbShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    const heldBytesMax = shared.messageBytes.maximum;
    this.#stream = new MessageStream(this, { heldBytesMax, takesTurns: true });
    if (conversation.isMidStream) this.#stream.close();
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#stream.data(side, bytes, position)) return;
    this.#shared.messageBytes.reached++;
    this.#violate("message too long");
  }

  gap(): void {
    this.#stream.close();
  }

  end(): void {
    this.#write();
  }

  /** A side's next message, if it is its turn. */
  readMessage(side: Side, buffer: StreamBuffer): number {
    const view = new DataView(buffer.bytes.buffer, buffer.bytes.byteOffset, buffer.length);
    const used = side === 0 ? this.#readClient(view, buffer) : this.#readServer(view, buffer);
    if (used !== BROKEN && used <= this.#shared.messageBytes.maximum) return used;
    this.#violate("broken message");
    return 0;
  }

  #readClient(view: DataView, buffer: StreamBuffer): Used {
    switch (this.#client) {
      case "version":
        return this.#version(0, buffer);
      case "choice":
        return this.#choice(view.getUint8(0), buffer.position);
      case "response":
        if (view.byteLength < CHALLENGE_BYTES) return 0;
        this.#client = "init";
        return CHALLENGE_BYTES;
      case "apple response":
        if (view.byteLength < 2 * this.#keyBytes) return 0;
        this.#client = "init";
        return 2 * this.#keyBytes;
      case "init":
        this.#isShared = view.getUint8(0) !== 0;
        this.#mark("share_flag", 0, buffer.position, 1);
        this.#client = "wait";
        return 1;
      case "wait":
        return 0;
    }
  }

  #readServer(view: DataView, buffer: StreamBuffer): Used {
    const length = view.byteLength;
    switch (this.#server) {
      case "version":
        return this.#version(1, buffer);
      case "method":
        return length < 4 ? 0 : this.#serverMethod(view.getUint32(0), buffer.position);
      case "methods": {
        const count = view.getUint8(0);
        if (length < 1 + count) return 0;
        this.#server = count === 0 ? "failure" : "wait";
        return 1 + count;
      }
      case "failure":
        if (length < 4 || length < 4 + view.getUint32(0)) return this.#tooLong(view, 0);
        this.#server = "init";
        return 4 + view.getUint32(0);
      case "challenge":
        if (length < CHALLENGE_BYTES) return 0;
        this.#server = "result";
        this.#client = "response";
        return CHALLENGE_BYTES;
      case "apple challenge":
        return this.#appleChallenge(view);
      case "result":
        return length < 4 ? 0 : this.#result(view.getUint32(0), buffer.position);
      case "init":
        return this.#init(view, buffer);
      case "wait":
        return 0;
    }
  }

  /** 0 while a text is not all there; broken when it would be longer than may be held. */
  #tooLong(view: DataView, at: number): Used {
    if (view.byteLength < at + 4) return 0;
    return view.getUint32(at) > this.#shared.messageBytes.maximum ? BROKEN : 0;
  }

  #version(side: Side, { bytes, position }: StreamBuffer): Used {
    if (asciiText(bytes.subarray(0, 4)) !== "RFB ".slice(0, bytes.length)) return BROKEN;
    if (bytes.length < VERSION_BYTES) return 0;
    this.#open();
    const major = bytesToText(bytes.subarray(4, 7));
    const minor = bytesToText(bytes.subarray(8, 11));
    this.#versions[side] = [major, minor];
    const name = side === 0 ? "client" : "server";
    this.#mark(`${name}_major_version`, side, position + 4, 3);
    this.#mark(`${name}_minor_version`, side, position + 8, 3);
    if (side === 1) {
      if (this.#client === "version") this.#server = "wait";
      return VERSION_BYTES;
    }
    this.#conversation.confirm("rfb");
    // Apple says 889 and means 7.
    this.#minor = Number.parseInt(minor, 10) || 0;
    this.#server = this.#minor >= 7 ? "methods" : "method";
    this.#client = this.#minor >= 7 ? "choice" : "wait";
    return VERSION_BYTES;
  }

  #choice(method: number, position: number): Used {
    this.#method = method;
    this.#mark("authentication_method", 0, position, 1);
    if (method === NO_LOGIN) {
      this.#server = this.#minor > 7 ? "result" : "init";
      this.#client = "init";
    } else if (method === VNC_LOGIN) {
      this.#server = "challenge";
      this.#client = "response";
    } else if (method === APPLE_LOGIN) {
      this.#server = "apple challenge";
      this.#client = "wait";
    } else return BROKEN;
    return 1;
  }

  #serverMethod(method: number, position: number): Used {
    this.#method = method;
    this.#mark("authentication_method", 1, position, 4);
    if (method > VNC_LOGIN) return BROKEN;
    if (method === VNC_LOGIN) this.#server = "challenge";
    else this.#server = method === 0 ? "failure" : "init";
    this.#client = method === VNC_LOGIN ? "response" : "init";
    return 4;
  }

  #appleChallenge(view: DataView): Used {
    if (view.byteLength < 4) return 0;
    const keyBytes = view.getUint16(2);
    if (view.byteLength < 4 + 2 * keyBytes) return 0;
    this.#keyBytes = keyBytes;
    this.#server = "result";
    this.#client = "apple response";
    return 4 + 2 * keyBytes;
  }

  #result(result: number, position: number): Used {
    this.#isLoggedIn = result === 0;
    this.#mark("auth", 1, position, 4);
    if (result > 1) return BROKEN;
    this.#server = result === 0 ? "init" : "failure";
    return 4;
  }

  #init(view: DataView, { bytes, position }: StreamBuffer): Used {
    if (view.byteLength < SERVER_INIT_BYTES) return 0;
    const length = SERVER_INIT_BYTES + view.getUint32(20);
    if (view.byteLength < length) return this.#tooLong(view, 20);
    const name = bytesToText(bytes.subarray(SERVER_INIT_BYTES, length));
    this.#desktop = { name, width: view.getUint16(0), height: view.getUint16(2) };
    this.#mark("width", 1, position, 2);
    this.#mark("height", 1, position + 2, 2);
    this.#mark("desktop_name", 1, position + SERVER_INIT_BYTES, name.length);
    this.#write();
    this.#stream.close();
    return length;
  }

  #open(): void {
    if (this.#startTime < 0) this.#startTime = this.#conversation.now;
  }

  #mark(field: string, side: Side, position: number, length: number): void {
    this.#conversation.trace?.mark("rfb", field, side, position, length);
  }

  #violate(reason: string): void {
    this.#stream.close();
    this.#write();
    this.#conversation.reject(reason);
  }

  #write(): void {
    if (this.#isWritten || this.#startTime < 0) return;
    this.#isWritten = true;
    const [client, server] = this.#versions;
    const method = this.#method;
    this.#shared.log
      .row(this.#startTime, this.#conversation)
      .text("client_major_version", client?.[0])
      .text("client_minor_version", client?.[1])
      .text("server_major_version", server?.[0])
      .text("server_minor_version", server?.[1])
      // Numbers without a name belong to RealVNC, who use most of them.
      .text(
        "authentication_method",
        method === undefined ? undefined : (METHODS[method] ?? "RealVNC"),
      )
      .bool("auth", this.#isLoggedIn)
      .bool("share_flag", this.#isShared)
      .text("desktop_name", this.#desktop?.name)
      .count("width", this.#desktop?.width)
      .count("height", this.#desktop?.height);
  }
}
