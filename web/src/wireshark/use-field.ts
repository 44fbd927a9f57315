import { useEffect, useMemo, useState } from "react";
import type { Frame } from "../../wireshark/contract.ts";
import type { Pointed } from "../connection/own-packets.tsx";
import { fieldName, lineAtByte, openedTo } from "./field-lines.ts";

/** What is chosen, by the line of one packet or by name in whichever is open. */
interface Choice {
  readonly number: number;
  readonly index: number | undefined;
  readonly name: string;
}

/**
 * Which field is chosen, which branches are open, and whose bytes are shown; kept from packet to
 * packet.
 */
export function useField(frame: Frame, number: number, aim: Pointed | undefined) {
  const { lines } = frame;
  const [choice, setChoice] = useState<Choice>({ number: 0, index: undefined, name: "" });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [tab, setTab] = useState(0);
  const selected = useMemo(() => {
    if (choice.number === number) return choice.index;
    const same = lines.findIndex((line) => fieldName(line) === choice.name);
    return same < 0 ? undefined : same;
  }, [choice, number, lines]);
  const select = (index: number | undefined): void => {
    const line = index === undefined ? undefined : lines[index];
    setChoice({ number, index, name: line === undefined ? "" : fieldName(line) });
    if (line !== undefined && line.length > 0) setTab(line.source);
    if (index !== undefined) setOpen(openedTo(lines, index, open));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when what is pointed at is open
  useEffect(() => {
    if (aim !== undefined) select(lineAtByte(lines, 0, aim.offset));
  }, [aim, frame]);
  return { open, setOpen, tab, setTab, selected, select };
}
