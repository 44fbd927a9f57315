import { LINK_TYPE } from "../link-type.ts";
import {
  broken,
  found,
  type InnerPacket,
  ipFault,
  TUNNEL,
  TUNNEL_FAULT,
  takeHeader,
} from "./inner-packet.ts";

/** Addresses of Teredo clients and servers begin with it (RFC 4380 2.6). */
const TEREDO_PREFIX = 0x20010000;
const NO_NEXT_HEADER = 59;
const ORIGIN_BYTES = 8;

/**
 * Reads Teredo (RFC 4380): an authentication header, an origin indication, each at most once and in
 * this order, then IPv6 that has to fill the datagram.
 */
export function findInTeredo(inner: InnerPacket): boolean {
  const { view } = inner;
  if (inner.capturedBytes < 2) return broken(inner, TUNNEL_FAULT.teredoCut);
  if (view.getUint16(inner.start) === 1) {
    const bytes = authenticationBytes(inner);
    if (bytes === 0 || !takeHeader(inner, bytes)) {
      return broken(inner, TUNNEL_FAULT.teredoAuthenticationCut);
    }
    if (inner.capturedBytes < 2) return broken(inner, TUNNEL_FAULT.teredoCut);
  }
  if (view.getUint16(inner.start) === 0) {
    if (!takeHeader(inner, ORIGIN_BYTES)) return broken(inner, TUNNEL_FAULT.teredoOriginCut);
    if (inner.capturedBytes < 2) return broken(inner, TUNNEL_FAULT.teredoCut);
  }
  if (view.getUint8(inner.start) >> 4 !== 6) return false;
  if (inner.capturedBytes < 40) return broken(inner, TUNNEL_FAULT.teredoIpCut);
  const fault = ipFault(inner, 6);
  if (fault === TUNNEL_FAULT.innerLength) {
    // A bubble ought to be a bare header; some hosts put bytes behind it.
    const isBubble =
      view.getUint8(inner.start + 6) === NO_NEXT_HEADER && view.getUint16(inner.start + 4) === 0;
    if (!isBubble) return false;
    inner.fault = TUNNEL_FAULT.teredoBubble;
  } else if (fault !== 0) return false;
  return found(inner, TUNNEL.teredo, -1, LINK_TYPE.raw);
}

/**
 * True when a datagram between any ports looks like Teredo, since peers talk to each other from
 * their own ports: IPv6 with a Teredo address, or IPv6 behind Teredo's own headers.
 */
export function looksLikeTeredo(inner: InnerPacket): boolean {
  const { view, start, capturedBytes } = inner;
  if (capturedBytes < 40) return false;
  const first = view.getUint16(start);
  if (first >> 12 === 6) {
    return (
      view.getInt32(start + 8) === TEREDO_PREFIX || view.getInt32(start + 24) === TEREDO_PREFIX
    );
  }
  if (first > 1) return false;
  let at = start;
  if (first === 1) at += authenticationBytes(inner);
  if (start + capturedBytes - at < 2) return false;
  if (view.getUint16(at) === 0) at += ORIGIN_BYTES;
  else if (first === 1) return false;
  return start + capturedBytes - at >= 40 && view.getUint8(at) >> 4 === 6;
}

/** Client identifier, authentication value, nonce and confirmation (RFC 4380 5.1.1); 0 when cut. */
function authenticationBytes(inner: InnerPacket): number {
  if (inner.capturedBytes < 4) return 0;
  return 13 + inner.view.getUint8(inner.start + 2) + inner.view.getUint8(inner.start + 3);
}
