import {
  DID_CLOSE,
  ENDPOINT_0,
  ENDPOINT_1,
  F_LAST,
  F_NOW,
  F_START,
  F_TIMER,
  FLAGS,
  FLIPPED,
  INACTIVE,
  KIND_RESIDUE,
  PORTS,
  PROTOCOL,
  RESET,
  RESET_REPORTED,
  STATE,
  SYN_ACK_SENT,
  SYN_SENT,
  TIMEOUT_MASK,
  TIMEOUT_SHIFT,
  TIMER_ATTEMPT,
  TIMER_DELETE,
} from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { ServerPorts } from "./server-ports.ts";

/** Numbers of the silence after which a flow ends; Zeek's defaults. */
export const TIMEOUT = { short: 0, tcp: 1, interactive: 2, residue: 3, tunnel: 4, dns: 5 } as const;
const SILENCE_NANOSECONDS = [60e9, 300e9, 3600e9, 300e9, 86_400e9, 60e9];

/** A SYN without an answer ends its flow after this; a closed connection lingers as long. */
export const ATTEMPT_NANOSECONDS = 5e9;
export const CLOSE_NANOSECONDS = 5e9;
const LINGER_NANOSECONDS = 5e9;
const FIRST_CHECK_NANOSECONDS = 5e9;
const CHECK_NANOSECONDS = 6e9;
const DNS_CHECK_NANOSECONDS = 10e9;
const DNS_SILENCE_NANOSECONDS = 9e9;

/** When flows end by time alone. Zeek runs timers; here the answer is computed when it is asked. */
export class TimeoutRules {
  #words: Int32Array;
  #doubles: Float64Array;
  readonly #ports: ServerPorts;

  constructor(store: FlowStore, ports: ServerPorts) {
    this.#words = store.words;
    this.#doubles = store.doubles;
    store.onGrow(() => {
      this.#words = store.words;
      this.#doubles = store.doubles;
    });
    this.#ports = ports;
  }

  set(flow: number, timeout: number): void {
    const at = wordsOf(flow) + FLAGS;
    this.#words[at] = (this.#words[at]! & ~TIMEOUT_MASK) | (timeout << TIMEOUT_SHIFT);
  }

  /** People fall silent on FTP, SSH, telnet and rlogin without closing: an hour for those. */
  established(flow: number): void {
    const words = this.#words;
    const at = wordsOf(flow);
    const ports = words[at + PORTS]!;
    const flipped = (words[at + FLAGS]! & FLIPPED) !== 0;
    const originatorPort = flipped ? ports & 0xffff : ports >>> 16;
    let port = flipped ? ports >>> 16 : ports & 0xffff;
    const originator = at + (flipped ? ENDPOINT_1 : ENDPOINT_0);
    if (
      (words[originator + STATE]! & 15) === INACTIVE &&
      !this.#ports.isTcp(port) &&
      this.#ports.isTcp(originatorPort)
    ) {
      port = originatorPort;
    }
    if (port === 21 || port === 22 || port === 23 || port === 513)
      this.set(flow, TIMEOUT.interactive);
  }

  /** True when the flow had ended by time before the packet at hand. */
  isOver(flow: number): boolean {
    const words = this.#words;
    const doubles = this.#doubles;
    const now = doubles[F_NOW]!;
    const at = wordsOf(flow);
    const f = at >> 1;
    const timed = (words[at + FLAGS]! & (TIMER_ATTEMPT | TIMER_DELETE)) !== 0;
    const isTimerDue = timed && now >= doubles[f + F_TIMER]!;
    // Nothing ends sooner than this after the last packet, except by a timer.
    if (now < doubles[f + F_LAST]! + CLOSE_NANOSECONDS && !isTimerDue) return false;
    if (now >= this.deadline(flow)) return true;
    if (isTimerDue) words[at + FLAGS]! &= ~TIMER_ATTEMPT;
    return false;
  }

  /** The moment at which the flow ends if no packet comes before. */
  deadline(flow: number): number {
    const words = this.#words;
    const at = wordsOf(flow);
    const f = at >> 1;
    const flags = words[at + FLAGS]!;
    const last = this.#doubles[f + F_LAST]!;
    let end = last + SILENCE_NANOSECONDS[(flags & TIMEOUT_MASK) >> TIMEOUT_SHIFT]!;
    if ((words[at + PROTOCOL]! & (0xff | KIND_RESIDUE)) !== 6) {
      if ((flags & TIMEOUT_MASK) >> TIMEOUT_SHIFT !== TIMEOUT.dns) return end;
      // Looked at every ten seconds from the start; nine of silence then are enough.
      const start = this.#doubles[f + F_START]!;
      const turns = Math.max(
        1,
        Math.ceil((last + DNS_SILENCE_NANOSECONDS - start) / DNS_CHECK_NANOSECONDS),
      );
      return Math.min(end, start + turns * DNS_CHECK_NANOSECONDS);
    }
    if ((flags & TIMER_DELETE) !== 0) return Math.min(end, this.#doubles[f + F_TIMER]!);
    const originator = words[at + ((flags & FLIPPED) !== 0 ? ENDPOINT_1 : ENDPOINT_0) + STATE]!;
    const responder = words[at + ((flags & FLIPPED) !== 0 ? ENDPOINT_0 : ENDPOINT_1) + STATE]!;
    const from = originator & 15;
    const to = responder & 15;
    if (
      (flags & TIMER_ATTEMPT) !== 0 &&
      to === INACTIVE &&
      (from === SYN_SENT || from === SYN_ACK_SENT)
    ) {
      end = Math.min(end, this.#doubles[f + F_TIMER]!);
    }
    if ((flags & RESET_REPORTED) === 0 && lingers(originator, responder)) {
      const start = this.#doubles[f + F_START]! + FIRST_CHECK_NANOSECONDS;
      const after = last + LINGER_NANOSECONDS;
      const turns = after < start ? 0 : Math.floor((after - start) / CHECK_NANOSECONDS) + 1;
      end = Math.min(end, start + turns * CHECK_NANOSECONDS);
    }
    return end;
  }
}

/** True when one side closed and the other is gone, or nothing ever happened. */
function lingers(originator: number, responder: number): boolean {
  const from = originator & 15;
  const to = responder & 15;
  if (from === INACTIVE && to === INACTIVE) return true;
  if (((originator | responder) & DID_CLOSE) === 0) return false;
  return (
    (originator & responder & DID_CLOSE) !== 0 ||
    from === RESET ||
    to === RESET ||
    from === INACTIVE ||
    to === INACTIVE
  );
}
