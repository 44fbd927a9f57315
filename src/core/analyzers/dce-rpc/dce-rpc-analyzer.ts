import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import {
  HEADER_BYTES,
  LEVEL_PRIVACY,
  PDU,
  type PduAuth,
  type PduHeader,
  PROTECTIONS,
  parseAuth,
  parseContexts,
  parseHeader,
  parseRequest,
  parseResponse,
  parseSecondaryAddress,
} from "./dce-rpc-parser.ts";
import { mappedEndpoints } from "./endpoint-mapper.ts";
import { type Fragments, FragmentTable } from "./fragments.ts";
import { COMMON_INTERFACES, type InterfaceNames, isIgnored } from "./interface-names.ts";
import type { CallSite } from "./remote-call.ts";
import { RemoteCalls } from "./remote-calls.ts";
import type { RemoteWatch } from "./remote-watch.ts";

/** What all flows share. */
export interface DceRpcShared {
  readonly log: LogWriter;
  readonly names: InterfaceNames;
  readonly contexts: Limit;
  readonly reassemblies: Limit;
  readonly fragmentBytes: Limit;
  readonly watch: RemoteWatch;
  /** Connections at work: several pipes of one share what the last of them did. */
  readonly connections: Map<string, DceConnection>;
}

/** What the pipes of one connection share. */
export interface DceConnection {
  sessions: number;
  /** Something came after the last response of any pipe. */
  hasNews: boolean;
}

/** A read of a pipe may hold much; it is taken in pieces, so that little is held. */
const PIECE_BYTES = 32_768;
/** A fragment's length is two bytes; the piece behind it may be there already. */
const HELD_BYTES_MAX = 65_535 + PIECE_BYTES;
const AUTH = { negotiate: 0x09, ntlm: 0x0a, tls: 0x0e, kerberos: 0x10, netlogon: 0x44 } as const;
const EPM_UUID = "e1af8308-5d1f-11c9-91a4-08002b14a0fa";
const EPM_MAP = 3;

type Sizes = Pick<Fragments, "stubBytes" | "fragments">;

/** Connection-oriented DCE/RPC (C706 chapter 12, MS-RPCE), on TCP or on a named pipe. */
export class DceRpcAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: DceRpcShared;
  readonly #buffers: readonly [StreamBuffer, StreamBuffer];
  readonly #fragments: readonly [FragmentTable, FragmentTable];
  readonly #interfaces = new Map<number, { uuid: string; isNdr64: boolean }>();
  /** The last operation that was asked for under each context. */
  readonly #operations = new Map<number, number>();
  readonly #calls: RemoteCalls;
  readonly #key: string;
  #connection: DceConnection | undefined;
  #inner: [Session | undefined, Session | undefined] = [undefined, undefined];
  #isPast = false;
  #isClosed = false;
  /** A call was too long: no more rows, as with Zeek, but what calls do is still told. */
  #isMuted = false;
  // What Zeek keeps of a pipe from call to call.
  #startTime = -1;
  #uuid: string | undefined;
  #namedPipe: string | undefined;
  #endpoint: string | undefined;
  #operation: string | undefined;
  #rtt: number | undefined;
  #opnum: number | undefined;
  #rowUuid: string | undefined;
  #asked: Sizes | undefined;
  #answered: Sizes | undefined;
  #callId = 0;
  #level = 1;

  constructor(conversation: Conversation, shared: DceRpcShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#buffers = [new StreamBuffer(HELD_BYTES_MAX), new StreamBuffer(HELD_BYTES_MAX)];
    const limits = { messages: shared.reassemblies, bytes: shared.fragmentBytes };
    this.#fragments = [new FragmentTable(limits), new FragmentTable(limits)];
    this.#calls = new RemoteCalls(conversation, shared.watch);
    this.#key = `${conversation.uidHigh}:${conversation.uidLow}`;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length && !this.#isPast; at += PIECE_BYTES) {
      this.#piece(side, bytes.subarray(at, at + PIECE_BYTES), position + at);
    }
  }

  #piece(side: Side, bytes: Uint8Array, position: number): void {
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes, position)) {
      buffer.clear();
      return;
    }
    while (!this.#isPast && buffer.length >= HEADER_BYTES) {
      const header = parseHeader(buffer.bytes);
      if (header === undefined) {
        // Not a PDU: what comes next may begin one.
        buffer.clear();
        return;
      }
      if (buffer.length < header.length) break;
      this.#pdu(side, header, buffer.bytes.subarray(0, header.length), buffer.position);
      buffer.consume(header.length);
    }
    if (!buffer.keep()) buffer.clear();
  }

  gap(): void {
    // Where the next PDU begins cannot be told.
    this.#isPast = true;
  }

  finished(): void {
    if (this.#conversation.carrier !== undefined) this.#isClosed = true;
  }

  end(): void {
    for (const inner of this.#inner) inner?.end?.();
    const connection = this.#connection;
    if (connection === undefined) return;
    if (--connection.sessions === 0) this.#shared.connections.delete(this.#key);
    // A pipe that was closed is forgotten; of others the last call is written if it has no answer.
    if (this.#isClosed || !connection.hasNews) return;
    this.#refresh();
    if (this.#endpoint === undefined) this.#guessInterface();
    this.#write();
  }

  #pdu(side: Side, header: PduHeader, pdu: Uint8Array, position: number): void {
    this.#conversation.confirm("dce_rpc");
    const auth = parseAuth(pdu, header);
    const bodyEnd = header.length - (auth === undefined ? 0 : header.authLength + 8);
    if (auth !== undefined) this.#level = auth.level;
    const body = pdu.subarray(0, bodyEnd);
    switch (header.kind) {
      case PDU.bind:
      case PDU.alterContext:
        this.#bind(side, header, body, position);
        break;
      case PDU.bindAck:
        this.#bound(side, header, body, position);
        break;
      case PDU.alterContextResponse:
        this.#refresh();
        break;
      case PDU.request:
      case PDU.response:
        this.#fragment(side, header, { body, auth, position });
        break;
      case PDU.fault:
        this.#calls.fault(header.callId);
        break;
    }
    if (auth !== undefined) this.#authenticate(side, pdu, auth, position);
  }

  /** What Zeek does first at everything of a pipe that it writes about. */
  #refresh(): void {
    if (this.#connection === undefined) {
      const { connections } = this.#shared;
      let connection = connections.get(this.#key);
      if (connection === undefined) {
        connection = { sessions: 0, hasNews: false };
        connections.set(this.#key, connection);
      }
      connection.sessions++;
      this.#connection = connection;
    }
    this.#connection.hasNews = true;
    if (this.#startTime < 0) this.#startTime = this.#conversation.now;
    if (this.#uuid !== undefined) this.#endpoint = this.#shared.names.endpoint(this.#uuid);
  }

  #bind(side: Side, header: PduHeader, body: Uint8Array, position: number): void {
    const { contexts: limit, names } = this.#shared;
    for (const { id, uuid, at, isNdr64 } of parseContexts(body, header.littleEndian, body.length)) {
      this.#refresh();
      if (this.#interfaces.size >= limit.maximum && !this.#interfaces.has(id)) {
        limit.reached++;
        this.#interfaces.clear();
      }
      this.#interfaces.set(id, { uuid, isNdr64 });
      this.#uuid = uuid;
      this.#endpoint = names.endpoint(uuid);
      this.#conversation.trace?.mark("dce_rpc", "endpoint", side, position + at, 16);
    }
  }

  #bound(side: Side, header: PduHeader, body: Uint8Array, position: number): void {
    this.#refresh();
    const address = parseSecondaryAddress(body, header.littleEndian, body.length);
    if (address === undefined || address.text === "") return;
    this.#namedPipe = address.text;
    const at = position + address.at;
    this.#conversation.trace?.mark("dce_rpc", "named_pipe", side, at, address.text.length);
  }

  #fragment(
    side: Side,
    header: PduHeader,
    { body, auth, position }: { body: Uint8Array; auth: PduAuth | undefined; position: number },
  ): void {
    const isRequest = header.kind === PDU.request;
    const part = isRequest ? parseRequest(body, header) : parseResponse(body, header);
    if (part === undefined) return;
    const isEncrypted = (auth?.level ?? 0) >= LEVEL_PRIVACY;
    const end = Math.max(part.stub, body.length - (auth?.padding ?? 0));
    const table = this.#fragments[side];
    const whole = table.add(header, {
      context: part.context,
      opnum: part.opnum,
      stub: isEncrypted ? undefined : body.subarray(part.stub, end),
      stubBytes: end - part.stub,
      fragments: 1,
      bodyBytes: body.length - HEADER_BYTES,
      keep: this.#isWanted(header, part),
    });
    if (table.weird !== undefined && !this.#isMuted) {
      this.#conversation.weird(table.weird);
      this.#isMuted = true;
    }
    if (whole === undefined) return;
    if (isRequest) {
      this.#conversation.trace?.mark("dce_rpc", "operation", side, position + 22, 2);
      this.#request(side, header, whole);
    } else this.#response(header, whole);
  }

  /** True for calls whose parameters say something that is told. */
  #isWanted(header: PduHeader, { context, opnum }: { context: number; opnum: number }): boolean {
    const bound = this.#interfaces.get(context);
    if (bound === undefined) return false;
    if (header.kind === PDU.response) {
      return bound.uuid === EPM_UUID || this.#calls.isWaiting(header.callId);
    }
    return this.#calls.isWatched(bound.uuid, opnum);
  }

  #request(side: Side, header: PduHeader, request: Fragments): void {
    const { context, opnum, stub } = request;
    this.#refresh();
    this.#asked = sizesOf(request);
    this.#startTime = this.#conversation.now;
    if (this.#operations.size < this.#shared.contexts.maximum || this.#operations.has(context)) {
      this.#operations.set(context, opnum);
    }
    const bound = this.#interfaces.get(context);
    if (bound === undefined || !this.#calls.isWatched(bound.uuid, opnum)) return;
    this.#calls.request(this.#site(side, header, bound, opnum), stub);
  }

  #response(header: PduHeader, response: Fragments): void {
    const { context, stub } = response;
    this.#refresh();
    this.#answered = sizesOf(response);
    const { names } = this.#shared;
    const { now } = this.#conversation;
    const opnum = this.#operations.get(context) ?? 0;
    if (this.#endpoint === undefined) this.#guessInterface();
    if (this.#endpoint !== undefined && this.#uuid !== undefined) {
      this.#operation = names.operation(this.#uuid, opnum);
      if (this.#startTime !== now) this.#rtt = now - this.#startTime;
    }
    const bound = this.#interfaces.get(context);
    if (bound !== undefined) {
      this.#endpoint = names.endpoint(bound.uuid);
      this.#operation = names.operation(bound.uuid, opnum);
    }
    this.#opnum = opnum;
    this.#rowUuid = bound?.uuid;
    this.#callId = header.callId;
    this.#write();
    this.#connection!.hasNews = false;
    if (bound === undefined) return;
    if (bound.uuid === EPM_UUID && opnum === EPM_MAP && stub !== undefined) this.#expect(stub);
    this.#calls.response(header.callId, stub);
  }

  #site(
    side: Side,
    { littleEndian, callId }: PduHeader,
    { uuid, isNdr64 }: { uuid: string; isNdr64: boolean },
    opnum: number,
  ): CallSite {
    const { names } = this.#shared;
    return {
      uuid,
      opnum,
      endpoint: names.endpoint(uuid),
      operation: names.operation(uuid, opnum),
      side,
      callId,
      form: { littleEndian, isNdr64 },
      pipe: this.#conversation.carrier ?? this.#namedPipe,
    };
  }

  /** The binding was not seen, but the pipe's name tells the interface. */
  #guessInterface(): void {
    if (this.#namedPipe === undefined) return;
    const name = this.#namedPipe.toLowerCase();
    const at = name.indexOf("\\pipe\\");
    const uuid = COMMON_INTERFACES.get(at < 0 ? name : name.slice(at + 6));
    if (uuid !== undefined) this.#uuid = uuid;
  }

  /** Services that the mapper says are at other ports. */
  #expect(stub: Uint8Array): void {
    const conversation = this.#conversation;
    for (const { address, port } of mappedEndpoints(stub)) {
      conversation.expectFlow(address ?? conversation.responder, port, "tcp", "dce_rpc");
    }
  }

  #authenticate(side: Side, pdu: Uint8Array, auth: PduAuth, position: number): void {
    const blob = pdu.subarray(auth.start, auth.end);
    switch (auth.type) {
      case AUTH.negotiate:
        this.#inner[0] ??= this.#conversation.inner("gssapi");
        this.#inner[0]?.data(side, blob, position + auth.start);
        break;
      case AUTH.ntlm:
        this.#inner[1] ??= this.#conversation.inner("ntlm");
        this.#inner[1]?.data(side, blob, position + auth.start);
        break;
      case AUTH.kerberos:
        break;
      case AUTH.tls:
        this.#conversation.weird("tls_dce_rpc_auth_type", String(auth.type));
        break;
      case AUTH.netlogon:
        this.#conversation.weird("netlogon_dce_rpc_auth_type", String(auth.type));
        break;
      default:
        this.#conversation.weird("unknown_dce_rpc_auth_type", String(auth.type));
    }
  }

  #write(): void {
    const [endpoint, operation] = [this.#endpoint, this.#operation];
    if (endpoint === undefined || operation === undefined) return;
    if (this.#isMuted || isIgnored(endpoint, operation)) return;
    this.#shared.log
      .row(this.#startTime, this.#conversation)
      .interval("rtt", this.#rtt)
      .text("named_pipe", this.#namedPipe)
      .text("endpoint", endpoint)
      .text("operation", operation)
      .text("interface_uuid", this.#rowUuid ?? this.#uuid)
      .count("opnum", this.#opnum)
      .text("protection", PROTECTIONS[this.#level])
      .count("call_id", this.#callId)
      .count("request_bytes", this.#asked?.stubBytes)
      .count("request_fragments", this.#asked?.fragments)
      .count("response_bytes", this.#answered?.stubBytes)
      .count("response_fragments", this.#answered?.fragments);
  }
}

/** The bytes themselves are not kept. */
function sizesOf({ stubBytes, fragments }: Fragments): Sizes {
  return { stubBytes, fragments };
}
