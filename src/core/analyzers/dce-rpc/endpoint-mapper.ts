/** Where a service of the endpoint mapper is. */
export interface MappedEndpoint {
  /** Undefined: the host that was asked. */
  readonly address: Int32Array | undefined;
  readonly port: number;
}

const ENDPOINTS_MAX = 16;
/** Bytes of a tower's floors for TCP and IP (C706 appendix L): counts, protocol numbers, values. */
const TCP_FLOOR = [0x01, 0x00, 0x07, 0x02, 0x00];
const IP_FLOOR = [0x01, 0x00, 0x09, 0x04, 0x00];

/**
 * Ports that an answer of the endpoint mapper names. Its towers are found by their floors of TCP and
 * IP, which look the same in each form of the parameters.
 */
export function mappedEndpoints(stub: Uint8Array): MappedEndpoint[] {
  const found: MappedEndpoint[] = [];
  const last = stub.length - 16;
  for (let at = 0; at <= last && found.length < ENDPOINTS_MAX; at++) {
    if (!isAt(stub, at, TCP_FLOOR) || !isAt(stub, at + 7, IP_FLOOR)) continue;
    const port = stub[at + 5]! * 256 + stub[at + 6]!;
    const [a, b, c, d] = stub.subarray(at + 12, at + 16);
    const word = (a! << 24) | (b! << 16) | (c! << 8) | d! | 0;
    const address = word === 0 ? undefined : Int32Array.of(0, 0, 0xffff, word);
    if (port > 0) found.push({ address, port });
  }
  return found;
}

function isAt(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  for (let n = 0; n < wanted.length; n++) if (bytes[at + n] !== wanted[n]) return false;
  return true;
}
