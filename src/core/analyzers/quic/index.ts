import {
  KeyLog,
  type Protocol,
  type Recognition,
  type Side,
  type Transport,
} from "../shared/index.ts";
import { QuicSession } from "./quic-analyzer.ts";
import { quicSchema } from "./quic-events.ts";
import { parseLongPacket, QUIC_V2 } from "./quic-parser.ts";

/** QUIC 1 and 2 and the drafts before them (RFC 9000, RFC 9369). */
export const quic: Protocol = {
  name: "quic",
  logs: [quicSchema],
  udpPorts: [443, 784, 853],
  recognises: recognisesQuic,
  start: (services) => {
    const shared = {
      log: services.log(quicSchema),
      limits: {
        // A hello's longest message, as in Zeek (RFC 8446 5.1 and 5.2 allow a record no more).
        message: services.limit("quic.messageBytes", 2 ** 14 + 256),
        pieces: services.limit("quic.messagePieces", 256),
      },
      streamLimits: {
        streams: services.limit("quic.streams", 1000),
        waitingBytes: services.limit("quic.waitingBytes", 4 << 20),
        waitingPieces: services.limit("quic.waitingPieces", 4096),
      },
      keyLog: new KeyLog(services.keys, services.limit("quic.keyLogSecrets", 1_000_000)),
    };
    return { open: (conversation) => new QuicSession(conversation, shared, services) };
  },
};

/** A client's first datagram is at least as long (RFC 9000 14.1). */
const FIRST_DATAGRAM_BYTES_MIN = 1200;

/**
 * Any long header packet of version 1 whose first bits fit, or an Initial one of version 2; of the
 * versions before them, which Zeek does not look for, only a whole first datagram.
 */
function recognisesQuic(head: Uint8Array, _side: Side, transport: Transport): Recognition {
  if (transport !== "udp" || head.length < 5) return "no";
  const version = new DataView(head.buffer, head.byteOffset, head.length).getUint32(1);
  const bits = head[0]! & 0xf0;
  if (version === 1) return bits === 0xc0 ? "yes" : "no";
  if (version === QUIC_V2) return bits === 0xd0 ? "yes" : "no";
  if (bits !== 0xc0 || head.length < FIRST_DATAGRAM_BYTES_MIN) return "no";
  return parseLongPacket(head, 0)?.type === "initial" ? "yes" : "no";
}
