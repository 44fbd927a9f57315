import type { ByteSource, FieldLine } from "../../wireshark/contract.ts";
import { navigate, searchAddress } from "../address.ts";
import type { Pointed } from "../connection/own-packets.tsx";
import { hexText } from "../connection/stream-text.ts";
import { ownQuestion } from "../parts/log-table.tsx";
import type { MenuGroup, MenuItem } from "../parts/menu.tsx";
import { wireText } from "../text.ts";
import { fieldName } from "./field-lines.ts";
import { bothOf, notOf } from "./filter-word.ts";

interface Asked {
  readonly filter: string;
  readonly apply: (filter: string) => void;
  readonly point: (to: Pointed) => void;
}

const ADDRESS = /^(?:ip|ipv6)\.(?:src|dst|addr|src_host|dst_host) == ([0-9a-fA-F.:]+)$/;

/**
 * What can be done with a field of a packet: ask for its value, leave it out, follow it, copy it.
 */
export function fieldGroups(
  line: FieldLine,
  sources: readonly ByteSource[],
  asked: Asked,
): readonly MenuGroup[] {
  return [
    { title: wireText(line.label), items: [...filterItems(line, asked), ...pivots(line, asked)] },
    { title: "copy", items: copyItems(line, sources) },
  ].filter(({ items }) => items.length > 0);
}

function filterItems({ filter, isProtocol }: FieldLine, { filter: own, apply }: Asked): MenuItem[] {
  if (filter === "") return [];
  const item = (label: string, to: string): MenuItem => ({
    label,
    says: to,
    run: () => apply(to),
  });
  const name = fieldName({ filter, label: "" } as FieldLine);
  return [
    item("Only packets with this", filter),
    ...(own === "" ? [] : [item("And with this", bothOf(own, filter))]),
    item("Without this", bothOf(own, notOf(filter))),
    ...(isProtocol || name === filter || name.startsWith('"')
      ? []
      : [item("Packets that have the field", name)]),
  ];
}

function pivots(line: FieldLine, { point }: Asked): MenuItem[] {
  const items: MenuItem[] = [];
  const { frame } = line;
  if (frame !== undefined) {
    items.push({ label: `To packet ${frame}`, run: () => point({ number: frame, offset: 0 }) });
  }
  const [, address] = ADDRESS.exec(line.filter) ?? [];
  if (address !== undefined) {
    const q = `host ${address}`;
    const run = (): void => navigate(searchAddress(ownQuestion(q)));
    items.push({ label: "All connections of this host", says: q, run });
  }
  return items;
}

function copyItems(line: FieldLine, sources: readonly ByteSource[]): MenuItem[] {
  const copy = (label: string, text: string): MenuItem => ({
    label,
    run: () => void navigator.clipboard.writeText(text),
  });
  const { label, filter, start, length, source } = line;
  const bytes = sources[source]?.bytes.subarray(start, start + length) ?? new Uint8Array(0);
  return [
    copy("Copy the line", label),
    ...(filter === "" ? [] : [copy("Copy the filter", filter)]),
    ...(bytes.length === 0 ? [] : [copy("Copy the bytes as hex", hexText(bytes).trim())]),
  ];
}
