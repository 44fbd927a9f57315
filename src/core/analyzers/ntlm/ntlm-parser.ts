import { asciiText, utf16Text } from "../shared/index.ts";

/** Types of messages (MS-NLMP 2.2.1). */
const MESSAGE_TYPE = { negotiate: 1, challenge: 2, authenticate: 3 } as const;
const FLAG_UNICODE = 0x1;
const FLAG_TARGET_INFO = 0x0080_0000;
/** Names in a challenge's target information; MS-NLMP 2.2.2.1 defines ten. */
const PAIRS_MAX = 32;

/** A text of a message and where it lies in it. */
export interface PlacedText {
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

/** What the messages of NTLM say that is worth keeping. */
export type NtlmMessage =
  | { readonly kind: "negotiate" | "other" }
  | {
      readonly kind: "challenge";
      readonly computer: PlacedText | undefined;
      readonly dnsComputer: PlacedText | undefined;
      readonly tree: PlacedText | undefined;
      readonly domain: PlacedText | undefined;
    }
  | {
      readonly kind: "authenticate";
      readonly user: PlacedText | undefined;
      readonly domain: PlacedText | undefined;
      readonly workstation: PlacedText | undefined;
      readonly responseBytes: number;
    };

const SIGNATURE = [0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50];

/** True where bytes begin as every message of NTLM does. */
export function isNtlm(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && SIGNATURE.every((byte, n) => bytes[n] === byte);
}

/** Reads one message (MS-NLMP 2.2.1); undefined when it is none or is cut. */
export function parseNtlm(bytes: Uint8Array): NtlmMessage | undefined {
  if (!isNtlm(bytes) || bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (view.getUint32(8, true)) {
    case MESSAGE_TYPE.negotiate:
      return bytes.length < 16 ? undefined : { kind: "negotiate" };
    case MESSAGE_TYPE.challenge:
      return bytes.length < 32 ? undefined : parseChallenge(bytes, view);
    case MESSAGE_TYPE.authenticate:
      return bytes.length < 64 ? undefined : parseAuthenticate(bytes, view);
    default:
      return { kind: "other" };
  }
}

function parseChallenge(bytes: Uint8Array, view: DataView): NtlmMessage {
  const names: (PlacedText | undefined)[] = [];
  const flags = view.getUint32(20, true);
  if ((flags & FLAG_TARGET_INFO) !== 0 && bytes.length >= 48) {
    let at = view.getUint32(44, true);
    for (let n = 0; n < PAIRS_MAX && at + 4 <= bytes.length; n++) {
      const id = view.getUint16(at, true);
      const length = view.getUint16(at + 2, true);
      if (id === 0 || at + 4 + length > bytes.length) break;
      const text = utf16Text(bytes.subarray(at + 4, at + 4 + length));
      if (id <= 5) names[id] = { text, at: at + 4, length };
      at += 4 + length;
    }
  }
  const [, computer, domain, dnsComputer, , tree] = names;
  return { kind: "challenge", computer, domain, dnsComputer, tree };
}

function parseAuthenticate(bytes: Uint8Array, view: DataView): NtlmMessage {
  const isUnicode = (view.getUint32(60, true) & FLAG_UNICODE) !== 0;
  const text = (at: number): PlacedText | undefined => {
    const length = view.getUint16(at, true);
    const start = view.getUint32(at + 4, true);
    if (length === 0 || start + length > bytes.length) return undefined;
    const piece = bytes.subarray(start, start + length);
    return { text: isUnicode ? utf16Text(piece) : asciiText(piece), at: start, length };
  };
  return {
    kind: "authenticate",
    domain: text(28),
    user: text(36),
    workstation: text(44),
    responseBytes: view.getUint16(20, true),
  };
}
