import type { Protocol, Recognition, Side, Transport } from "../shared/index.ts";
import { QuicSession } from "./quic-analyzer.ts";
import { quicSchema } from "./quic-events.ts";

/** QUIC 1 and 2 and the drafts before them (RFC 9000, RFC 9369). */
export const quic: Protocol = {
  name: "quic",
  logs: [quicSchema],
  udpPorts: [443, 784, 853],
  recognises: recognisesQuic,
  start: (services) => {
    const log = services.log(quicSchema);
    return { open: (conversation) => new QuicSession(conversation, log, services) };
  },
};

/** Any long header packet of version 1 whose first bits fit, or an Initial one of version 2. */
function recognisesQuic(head: Uint8Array, _side: Side, transport: Transport): Recognition {
  if (transport !== "udp" || head.length < 5) return "no";
  const version = new DataView(head.buffer, head.byteOffset, head.length).getUint32(1);
  const bits = head[0]! & 0xf0;
  return (bits === 0xc0 && version === 1) || (bits === 0xd0 && version === 0x6b3343cf)
    ? "yes"
    : "no";
}
