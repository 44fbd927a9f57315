import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { amountText, wireText } from "../text.ts";

/** Searches that somebody kept for the case; each opens as it was. */
export function SavedPane({ caseName }: { caseName: string }) {
  const answer = useQuery({
    queryKey: ["saved", caseName],
    queryFn: ({ signal }) => call("savedQueries", { case: caseName }, signal),
  });
  const client = useQueryClient();
  const forget = async (saved: string): Promise<void> => {
    await call("forgetQuery", { saved });
    await client.invalidateQueries({ queryKey: ["saved"] });
  };
  const list = answer.data?.saved ?? [];
  return (
    <section aria-labelledby="saved" className="pane">
      <h2 id="saved" className="heading px-3 py-2">
        {list.length === 0
          ? "Saved searches"
          : amountText(list.length, "saved search", "saved searches")}
      </h2>
      {answer.isPending && <Loading what="Reading saved searches" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.data !== undefined && list.length === 0 && (
        <Empty why="No search was saved yet">
          Beside Run in the search is a button that keeps the search as it is.
        </Empty>
      )}
      <ul className="px-3 pb-2">
        {list.map(({ saved, name, address, by, at }) => (
          <li
            key={saved}
            className="flex flex-wrap items-baseline gap-x-3 border-b border-line/60 py-1.5 last:border-b-0"
          >
            <Link to={address} className="link grow">
              {wireText(name)}
            </Link>
            <span className="text-muted">
              {wireText(by)}, <Stamp at={at} />
            </span>
            <button
              type="button"
              className="text-muted hover:text-blue"
              aria-label={`Forget ${wireText(name)}`}
              onClick={() => void forget(saved)}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
