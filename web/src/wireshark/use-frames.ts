import { keepPreviousData, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { FrameRow } from "../../wireshark/contract.ts";
import type { Seen } from "../search/row-pages.ts";
import type { CaptureFile } from "./capture-file.ts";
import { DissectorBroke } from "./dissector.ts";
import { useWireshark } from "./use-wireshark.tsx";

const PAGE_ROWS = 500;

/** Wireshark's list under a filter, of which only the pages that are looked at are asked for. */
export interface FrameRows {
  readonly matched: number | undefined;
  readonly error: unknown;
  readonly again: () => void;
  readonly rowAt: (index: number) => FrameRow | undefined;
}

export function useFrameRows(capture: CaptureFile, filter: string, seen: Seen): FrameRows {
  const wireshark = useWireshark();
  const from = Math.floor(seen.first / PAGE_ROWS);
  const to = Math.floor(seen.last / PAGE_ROWS);
  const pages = [...new Set([0, ...Array.from({ length: to - from + 1 }, (_, n) => from + n)])];
  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: ["wireshark-rows", capture.key, filter, page],
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        const input = { filter, skip: page * PAGE_ROWS, limit: PAGE_ROWS };
        return wireshark.ask(capture, { name: "frames", input, signal });
      },
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const byPage = new Map(pages.map((page, n) => [page, answers[n]?.data]));
  return {
    matched: answers[0]?.data?.matched,
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    again: () => {
      for (const answer of answers) if (answer.error !== null) void answer.refetch();
    },
    rowAt: (index) => byPage.get(Math.floor(index / PAGE_ROWS))?.rows[index % PAGE_ROWS],
  };
}

/** One packet taken apart. */
export function useFrame(capture: CaptureFile, number: number | undefined) {
  const wireshark = useWireshark();
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: ["wireshark-frame", capture.key, number],
    queryFn: async ({ signal }) => {
      const frame = await wireshark.ask(capture, {
        name: "frame",
        input: { number: number ?? 0 },
        signal,
      });
      return { number, frame };
    },
    enabled: number !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
  const isBroken = answer.error instanceof DissectorBroke;
  useEffect(() => {
    // The list marks the packet from now on.
    if (isBroken) void client.invalidateQueries({ queryKey: ["wireshark", capture.key] });
  }, [isBroken, client, capture]);
  return answer;
}
