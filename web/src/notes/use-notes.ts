import { useQuery } from "@tanstack/react-query";
import { call, type Input } from "../client.ts";
import type { Note } from "./notes-pane.tsx";

const NONE: readonly Note[] = [];

/** What people noted, as far as it is known already; marks on what is shown need no more. */
export function useNotes(asked: Input<"notes">): readonly Note[] {
  const { data } = useQuery({
    queryKey: ["notes", asked],
    queryFn: ({ signal }) => call("notes", asked, signal),
  });
  return data?.notes ?? NONE;
}
