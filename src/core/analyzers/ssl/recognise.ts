import type { Recognition, Side, Transport } from "../shared/index.ts";

const HANDSHAKE = 22;
const ALERT = 21;

/** Looks for a hello as Zeek does: the client's on the originator's side, the server's on the other. */
export function recognisesTls(head: Uint8Array, side: Side, transport: Transport): Recognition {
  if (transport !== "tcp") return "no";
  if (side === 0) return clientHello(head);
  if (head[0] !== ALERT || head.length < 7) return serverHello(head, 0);
  return head[1] === 3 && head[2]! <= 3 ? serverHello(head, 7) : "no";
}

/** Record header, message header, version: eleven bytes. */
function clientHello(head: Uint8Array): Recognition {
  const wanted = [isHandshake, is3, isMinor, any, any, is1, any, any, any, is3, isMinor];
  return matches(head, 0, wanted);
}

function serverHello(head: Uint8Array, at: number): Recognition {
  if (head.length === 0) return "more";
  if (at === 0 && head[0] === ALERT) return "more";
  const begin = matches(head, at, [
    isHandshake,
    is3,
    isMinor,
    any,
    any,
    is2,
    any,
    any,
    any,
    any,
    any,
  ]);
  if (begin !== "yes") return begin;
  const [high, low] = [head[at + 9]!, head[at + 10]!];
  return (high === 3 && low <= 4) || (high === 0x7f && low <= 0x50) ? "yes" : "no";
}

type Fits = (byte: number) => boolean;
const any: Fits = () => true;
const is1: Fits = (byte) => byte === 1;
const is2: Fits = (byte) => byte === 2;
const is3: Fits = (byte) => byte === 3;
const isMinor: Fits = (byte) => byte <= 3;
const isHandshake: Fits = (byte) => byte === HANDSHAKE;

function matches(head: Uint8Array, at: number, wanted: readonly Fits[]): Recognition {
  for (let n = 0; n < wanted.length; n++) {
    if (at + n >= head.length) return "more";
    if (!wanted[n]!(head[at + n]!)) return "no";
  }
  return "yes";
}

/** A ClientHello in the first record of an association: epoch and sequence number are zero. */
export function recognisesDtls(head: Uint8Array, _side: Side, transport: Transport): Recognition {
  if (transport !== "udp" || head.length < 27) return "no";
  const isRecord = head[0] === HANDSHAKE && head[1] === 0xfe && isDtlsMinor(head[2]!);
  if (!isRecord || head[13] !== 1) return "no";
  for (let n = 3; n < 10; n++) if (head[n] !== 0) return "no";
  return head[25] === 0xfe && isDtlsMinor(head[26]!) ? "yes" : "no";
}

function isDtlsMinor(byte: number): boolean {
  return byte === 0xff || byte === 0xfd;
}
