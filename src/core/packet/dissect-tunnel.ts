import type { FieldList } from "./packet-field.ts";
import { type InnerPacket, TUNNEL } from "./tunnels/inner-packet.ts";

const GRE_CHECKSUM_OR_ROUTING = 0xc000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_ACKNOWLEDGMENT = 0x0080;

/** Reads the headers between a transport header and the packet that a tunnel carries, as fields. */
export function dissectTunnel(fields: FieldList, inner: InnerPacket): void {
  switch (inner.kind) {
    case TUNNEL.gre:
      dissectGre(fields);
      rest(fields, inner, "gre.payload_header", "Payload header");
      return;
    case TUNNEL.erspan:
      dissectGre(fields);
      if (fields.reader.position === inner.start) return;
      fields.group("erspan", "ERSPAN", () => {
        fields.hex16("erspan.vlan", "Version and VLAN");
        fields.bits16("erspan.spanid", "Session", 0x3ff);
        rest(fields, inner, "erspan.rest", "Rest of header");
      });
      return;
    case TUNNEL.vxlan:
      fields.group("vxlan", "VXLAN", () => {
        fields.hex16("vxlan.flags", "Flags");
        fields.hex16("vxlan.protocol", "Group or next protocol");
        fields.upper24("vxlan.vni", "VXLAN network id");
        rest(fields, inner, "vxlan.rest", "Service header");
      });
      return;
    case TUNNEL.geneve:
      fields.group("geneve", "GENEVE", () => {
        fields.hex16("geneve.flags", "Version, option length and flags");
        fields.hex16("geneve.proto_type", "Protocol");
        fields.upper24("geneve.vni", "Virtual network id");
        rest(fields, inner, "geneve.options", "Options");
      });
      return;
    case TUNNEL.gtpu:
      fields.group("gtp", "GTP", () => {
        fields.u8("gtp.flags", "Flags");
        fields.u8("gtp.message", "Message type");
        fields.u16("gtp.length", "Length");
        fields.u32("gtp.teid", "Tunnel endpoint id");
        rest(fields, inner, "gtp.rest", "Optional headers");
      });
      return;
    case TUNNEL.teredo:
    case TUNNEL.ayiya:
      if (fields.reader.position === inner.start) return;
      dissectPlain(fields, inner);
      return;
    default:
  }
}

function dissectPlain(fields: FieldList, inner: InnerPacket): void {
  const isTeredo = inner.kind === TUNNEL.teredo;
  fields.group(isTeredo ? "teredo" : "ayiya", isTeredo ? "Teredo" : "AYIYA", () => {
    rest(fields, inner, isTeredo ? "teredo.header" : "ayiya.header", "Header");
  });
}

function dissectGre(fields: FieldList): void {
  fields.group("gre", "GRE", () => {
    const flags = fields.hex16("gre.flags", "Flags and version");
    fields.hex16("gre.proto", "Protocol");
    if ((flags & GRE_CHECKSUM_OR_ROUTING) !== 0) {
      fields.hex16("gre.checksum", "Checksum");
      fields.u16("gre.offset", "Offset");
    }
    if ((flags & GRE_KEY) !== 0) fields.u32("gre.key", "Key");
    if ((flags & GRE_SEQUENCE) !== 0) fields.u32("gre.sequence_number", "Sequence number");
    if ((flags & GRE_ACKNOWLEDGMENT) !== 0) fields.u32("gre.ack_number", "Acknowledgment number");
  });
}

/** What is left of the headers, up to the inner packet. */
function rest(fields: FieldList, inner: InnerPacket, name: string, label: string): void {
  const length = inner.start - fields.reader.position;
  if (length > 0) fields.bytes(name, label, length);
}
