import {
  type Conversation,
  DOUBTED_BYTES,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type ServiceName,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import {
  areBlocksIntact,
  FRAME_BYTES_MAX,
  functionName,
  LINK_HEADER_BYTES,
  type LinkHeader,
  parseLinkHeader,
} from "./dnp3-parser.ts";

const TRANSPORT_FIRST = 0x40;
const TRANSPORT_LAST = 0x80;
/** Application control, function, two bytes of internal indications. */
const APPLICATION_HEAD_BYTES = 4;

/** What is held of a message that comes in several frames: its first bytes are all that is read. */
interface Fragment {
  readonly head: Uint8Array;
  length: number;
  hasFirst: boolean;
  position: number;
}

/** What the next row will say. */
interface Exchange {
  time: number;
  request?: string;
  link: LinkHeader | undefined;
}

/** DNP3 (IEEE 1815) over TCP or UDP: a reply and the request before it are a row. */
export class Dnp3Analyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #service: ServiceName;
  readonly #stream: MessageStream;
  readonly #fragments: [Fragment, Fragment] = [emptyFragment(), emptyFragment()];
  #exchange: Exchange | undefined;
  #seenBytes = 0;

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
    this.#service = conversation.transport === "tcp" ? "dnp3_tcp" : "dnp3_udp";
    this.#stream = new MessageStream(this, { heldBytesMax: FRAME_BYTES_MAX });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#seenBytes += bytes.length;
    this.#stream.data(side, bytes, position);
  }

  gap(side: Side): void {
    // A frame seldom goes over segments: what comes next is taken for the beginning of one.
    this.#stream.restart(side);
    this.#fragments[side] = emptyFragment();
  }

  /** One frame of the link layer. */
  readMessage(side: Side, buffer: StreamBuffer): number {
    if (buffer.length < LINK_HEADER_BYTES) return 0;
    const header = this.#header(buffer.bytes);
    if (header === undefined || buffer.length < header.frameBytes) return 0;
    this.#frame(side, header, buffer);
    return header.frameBytes;
  }

  end(): void {
    if (this.#exchange !== undefined) this.#write(this.#exchange);
  }

  #header(bytes: Uint8Array): LinkHeader | undefined {
    const header = parseLinkHeader(bytes);
    switch (header) {
      case "magic":
        this.#conversation.weird("dnp3_header_lacks_magic");
        this.#stream.close();
        return undefined;
      case "checksum":
        this.#conversation.weird("dnp3_corrupt_header_checksum");
        this.#violation();
        return undefined;
      case "length":
        this.#conversation.weird("dnp3_negative_or_zero_length_link_layer");
        this.#stream.close();
        return undefined;
      default:
        this.#conversation.confirm(this.#service);
        return header;
    }
  }

  #frame(side: Side, header: LinkHeader, buffer: StreamBuffer): void {
    if (header.contentBytes === 0) return;
    if (header.isFromMaster !== (side === 0)) {
      this.#conversation.weird("dnp3_unexpected_flow_direction");
    }
    const frame = buffer.bytes;
    if (!areBlocksIntact(frame, header.contentBytes)) {
      this.#conversation.weird("dnp3_corrupt_app_chunk_checksum");
      this.#stream.close();
      return;
    }
    const transport = frame[LINK_HEADER_BYTES]!;
    const fragment = this.#fragments[side];
    if ((transport & TRANSPORT_FIRST) !== 0) fragment.hasFirst = true;
    if (!fragment.hasFirst) {
      this.#conversation.weird("dnp3_first_application_layer_chunk_missing");
      this.#stream.close();
      return;
    }
    const start = LINK_HEADER_BYTES + 1;
    if (fragment.length === 0) fragment.position = buffer.position + start;
    // All that is read lies in the first block, before its CRC.
    const end = LINK_HEADER_BYTES + Math.min(header.contentBytes, 1 + APPLICATION_HEAD_BYTES);
    for (let at = start; at < end && fragment.length < APPLICATION_HEAD_BYTES; at++) {
      fragment.head[fragment.length++] = frame[at]!;
    }
    if ((transport & TRANSPORT_LAST) === 0) return;
    this.#fragments[side] = emptyFragment();
    this.#message(side, fragment, header);
  }

  #message(side: Side, { head, length, position }: Fragment, link: LinkHeader): void {
    if (length < (side === 0 ? 2 : APPLICATION_HEAD_BYTES)) return;
    const { now } = this.#conversation;
    this.#exchange ??= { time: now, link };
    const exchange = this.#exchange;
    exchange.time = now;
    exchange.link = link;
    if (side === 0) {
      this.#mark("fc_request", side, position + 1, 1);
      exchange.request = functionName(head[1]!);
      return;
    }
    this.#mark("fc_reply", side, position + 1, 1);
    this.#mark("iin", side, position + 2, 2);
    this.#write(exchange, functionName(head[1]!), (head[2]! << 8) | head[3]!);
  }

  #write(exchange: Exchange, reply?: string, indications?: number): void {
    this.#log
      .row(exchange.time, this.#conversation)
      .text("fc_request", exchange.request)
      .text("fc_reply", reply)
      .count("iin", indications)
      .count("link_source", exchange.link?.source)
      .count("link_destination", exchange.link?.destination);
    this.#exchange = undefined;
  }

  #mark(field: string, side: Side, position: number, length: number): void {
    this.#conversation.trace?.mark("dnp3", field, side, position, length);
  }

  #violation(): void {
    this.#stream.close();
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.end();
    this.#conversation.reject("broken checksum");
  }
}

function emptyFragment(): Fragment {
  return {
    head: new Uint8Array(APPLICATION_HEAD_BYTES),
    length: 0,
    hasFirst: false,
    position: 0,
  };
}
