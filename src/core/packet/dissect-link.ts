import type { DecodedPacket } from "./decoded-packet.ts";
import { dissectIp } from "./dissect-ip.ts";
import { LINK_TYPE } from "./link-type.ts";
import type { FieldList } from "./packet-field.ts";

/** Names of the link headers that are shown as one run of bytes. */
const PLAIN_LINKS: ReadonlyMap<number, readonly [string, string]> = new Map([
  [LINK_TYPE.tokenRing, ["tr", "Token Ring"]],
  [LINK_TYPE.slip, ["slip", "SLIP"]],
  [LINK_TYPE.fddi, ["fddi", "FDDI"]],
  [LINK_TYPE.atmRfc1483, ["llc", "LLC on ATM"]],
  [LINK_TYPE.pflog, ["pflog", "OpenBSD packet filter log"]],
  [LINK_TYPE.ipOverFc, ["ipfc", "IP over Fibre Channel"]],
  [LINK_TYPE.sunAtm, ["sunatm", "SunATM"]],
  [LINK_TYPE.arcnetLinux, ["arcnet", "ARCNET"]],
  [LINK_TYPE.juniperEthernet, ["juniper", "Juniper"]],
  [LINK_TYPE.ipnet, ["ipnet", "Solaris ipnet"]],
  [LINK_TYPE.nflog, ["nflog", "Linux netfilter log"]],
  [LINK_TYPE.ipoib, ["ipoib", "IP over InfiniBand"]],
  [LINK_TYPE.darwinPktap, ["pktap", "Apple packet tap"]],
  [LINK_TYPE.pktap, ["pktap", "Apple packet tap"]],
  [LINK_TYPE.mpacket, ["mpacket", "Ethernet with preamble"]],
  [LINK_TYPE.broadcomTag, ["brcm", "Ethernet with Broadcom tag"]],
  [LINK_TYPE.broadcomTagFront, ["brcm", "Ethernet with Broadcom tag"]],
  [LINK_TYPE.dsaTag, ["dsa", "Ethernet with Marvell tag"]],
  [LINK_TYPE.dsaTagLong, ["dsa", "Ethernet with Marvell tag"]],
  [LINK_TYPE.frameRelay, ["fr", "Frame Relay"]],
  [LINK_TYPE.frameRelayDirection, ["fr", "Frame Relay"]],
  [LINK_TYPE.cHdlcDirection, ["chdlc", "Cisco HDLC"]],
  [LINK_TYPE.pppDirection, ["ppp", "PPP"]],
  [LINK_TYPE.pppPppd, ["ppp", "PPP"]],
  [LINK_TYPE.pppEthernet, ["pppoe", "PPPoE session"]],
]);

/** The headers of a rarer link layer, up to where the decoder found the IP header. */
export function dissectLink(fields: FieldList, linkType: number, decoded: DecodedPacket): void {
  switch (linkType) {
    case LINK_TYPE.ppp:
    case LINK_TYPE.pppHdlc:
      dissectPpp(fields, decoded);
      break;
    case LINK_TYPE.cHdlc:
      fields.group("chdlc", "Cisco HDLC", () => {
        fields.u8("chdlc.address", "Address");
        fields.u8("chdlc.control", "Control");
        fields.hex16("chdlc.protocol", "Protocol");
      });
      break;
    case LINK_TYPE.mpls:
      dissectLabels(fields);
      break;
    case LINK_TYPE.radiotap:
      dissectTap(fields, "radiotap", "Radiotap", 2);
      dissectWireless(fields);
      break;
    case LINK_TYPE.ppi:
      dissectTap(fields, "ppi", "Per-packet information", 2);
      break;
    case LINK_TYPE.ieee80211:
      dissectWireless(fields);
      break;
    case LINK_TYPE.prism:
    case LINK_TYPE.avs:
      dissectUpTo(fields, decoded, "prism", "Prism or AVS, and 802.11");
      break;
    default: {
      const names = PLAIN_LINKS.get(linkType);
      if (names !== undefined) dissectUpTo(fields, decoded, names[0], names[1]);
    }
  }
  if (decoded.ipVersion === 0) return;
  dissectUpTo(fields, decoded, "link.rest", "Rest of the link header");
  dissectIp(fields);
}

/** What lies before the IP header, as one field; nothing where there is none. */
function dissectUpTo(fields: FieldList, decoded: DecodedPacket, name: string, label: string): void {
  const length = decoded.ipStart - fields.reader.position;
  if (decoded.ipVersion !== 0 && length > 0) fields.bytes(name, label, length);
}

function dissectPpp(fields: FieldList, decoded: DecodedPacket): void {
  const { bytes, position } = fields.reader;
  fields.group("ppp", "PPP", () => {
    const first = bytes[position];
    if (first === 0xff || first === 0x0f || first === 0x8f) {
      fields.u8("ppp.address", "Address");
      fields.u8("ppp.control", "Control");
    }
    const isShort = decoded.ipVersion !== 0 && decoded.ipStart - fields.reader.position === 1;
    if (isShort) fields.u8("ppp.protocol", "Protocol");
    else fields.hex16("ppp.protocol", "Protocol");
  });
}

/** The label stack, one group for each entry. */
export function dissectLabels(fields: FieldList): void {
  let isBottom = false;
  while (!isBottom && !fields.isShort && fields.reader.remaining > 0) {
    fields.group("mpls", "MPLS", () => {
      isBottom = (fields.u32("mpls.entry", "Label stack entry") & 0x100) !== 0;
    });
  }
}

/** A header of the capturing driver that tells its own length, in little-endian order. */
function dissectTap(fields: FieldList, name: string, label: string, lengthAt: number): void {
  fields.group(name, label, () => {
    fields.bytes(`${name}.version`, "Version", lengthAt);
    const length = swapped(
      fields.number(`${name}.length`, "Length", 2, (value) => `${swapped(value)} bytes`),
    );
    const left = Math.min(length - lengthAt - 2, fields.reader.remaining);
    if (left > 0) fields.bytes(`${name}.fields`, "Fields", left);
  });
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

function dissectWireless(fields: FieldList): void {
  fields.group("wlan", "802.11", () => {
    fields.hex16("wlan.fc", "Frame control");
    fields.u16("wlan.duration", "Duration");
    fields.mac("wlan.addr1", "Address 1");
    fields.mac("wlan.addr2", "Address 2");
    fields.mac("wlan.addr3", "Address 3");
    fields.hex16("wlan.seq", "Sequence control");
  });
}
