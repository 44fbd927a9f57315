import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { sentence } from "../parts/states.tsx";
import type { CaptureFile } from "./capture-file.ts";
import { FilterInput } from "./filter-input.tsx";
import { useWireshark } from "./use-wireshark.tsx";

/** How long nothing is written before what is there is looked at. */
const PAUSE_MS = 250;

interface BarProps {
  readonly capture: CaptureFile;
  readonly filter: string;
  readonly apply: (filter: string) => void;
}

/** A display filter in Wireshark's own words, completed and checked by Wireshark. */
export function FilterBar({ capture, filter, apply }: BarProps) {
  const [text, setText] = useState(filter);
  const [isCompleting, setCompleting] = useState(false);
  const [said, setSaid] = useState("");
  const id = useId();
  const check = useCheck(capture);
  useEffect(() => {
    setText(filter);
    setSaid("");
  }, [filter]);
  const checked = useFault(capture, text);
  // What is being completed is not wrong yet.
  const fault = isCompleting ? "" : checked || said;
  const run = async (): Promise<void> => {
    const found = await check(text.trim());
    setSaid(found);
    if (found === "") apply(text.trim());
  };
  return (
    <div className="px-3 pb-2">
      <div className="relative flex items-center gap-2">
        <FilterInput
          capture={capture}
          text={text}
          setText={(value) => {
            setText(value);
            setSaid("");
          }}
          fault={fault}
          faultId={id}
          setCompleting={setCompleting}
          run={() => void run()}
          revert={() => setText(filter)}
        />
        <button type="button" className="button" onClick={() => void run()}>
          Filter
        </button>
        {filter !== "" && (
          <button type="button" className="button" onClick={() => apply("")}>
            <X aria-hidden size={14} />
            Show all
          </button>
        )}
      </div>
      <p id={id} aria-live="polite" className={fault === "" ? "sr-only" : "mt-1 text-red"}>
        {fault !== "" && sentence(fault)}
      </p>
    </div>
  );
}

/** Asks at once what is wrong with a filter; empty if nothing is. */
function useCheck(capture: CaptureFile): (filter: string) => Promise<string> {
  const wireshark = useWireshark();
  return async (filter) => {
    if (filter === "") return "";
    try {
      return (await wireshark.ask(capture, { name: "check", input: { filter } })).fault;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}

/** What Wireshark says is wrong with a filter, once nothing more is written; empty if nothing. */
function useFault(capture: CaptureFile, text: string): string {
  const wireshark = useWireshark();
  const filter = useLater(text.trim());
  const { data } = useQuery({
    queryKey: ["wireshark-check", filter],
    queryFn: ({ signal }) => wireshark.ask(capture, { name: "check", input: { filter }, signal }),
    enabled: filter !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  return filter === "" || filter !== text.trim() ? "" : (data?.fault ?? "");
}

/** The same text, once it has stood for a while. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
