import {
  CLOSED,
  ESTABLISHED,
  INACTIVE,
  PARTIALLY_SEEN,
  RESET,
  SYN_ACK_SENT,
  SYN_SENT,
} from "./flow-layout.ts";
import { CONN_STATES, type ConnState } from "./flow-record.ts";

const NUMBERS = new Map<ConnState, number>(CONN_STATES.map((name, number) => [name, number]));
/** An originator's SYN and RST with nothing that says the connection ever came about. */
const SYN_THEN_RESET = /^\^?S[^HAFGIQ]*R/;

/** What Zeek's `conn_state` says of a TCP connection with these two endpoint states. */
export function tcpConnState(
  originator: number,
  responder: number,
  seen: { hasPayload: boolean; history: string },
): number {
  return NUMBERS.get(nameTcp(originator, responder, seen))!;
}

/** For UDP, who spoke; for the rest there is nothing to say. */
export function plainConnState(transport: number, originator: boolean, responder: boolean): number {
  if (transport !== 1) return NUMBERS.get("OTH")!;
  if (originator) return NUMBERS.get(responder ? "SF" : "S0")!;
  return NUMBERS.get(responder ? "SHR" : "OTH")!;
}

function nameTcp(
  from: number,
  to: number,
  seen: { hasPayload: boolean; history: string },
): ConnState {
  const isFromVague = from === INACTIVE || from === PARTIALLY_SEEN;
  const isToVague = to === INACTIVE || to === PARTIALLY_SEEN;
  if (to === RESET) {
    if (from === SYN_SENT || from === SYN_ACK_SENT) return "REJ";
    if (from === RESET && !seen.hasPayload) return "REJ";
    return isFromVague ? "RSTRH" : "RSTR";
  }
  if (from === RESET) {
    if (!isToVague) return "RSTO";
    return SYN_THEN_RESET.test(seen.history) ? "RSTOS0" : "OTH";
  }
  if (to === CLOSED && from === CLOSED) return "SF";
  if (from === CLOSED) return isToVague ? "SH" : "S2";
  if (to === CLOSED) return isFromVague ? "SHR" : "S3";
  if (from === SYN_SENT && to === INACTIVE) return "S0";
  return from === ESTABLISHED && to === ESTABLISHED ? "S1" : "OTH";
}
