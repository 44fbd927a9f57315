import { useQuery } from "@tanstack/react-query";
import { sizeText } from "../../../src/core/base/index.ts";
import { type Question, toWire } from "../address.ts";
import { call } from "../client.ts";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useRecountMs } from "../questions.ts";
import { countText } from "../text.ts";
import { ShareBar } from "./share-bar.tsx";

/** What ran over what, by bytes. */
export function ProtocolsPane({ question }: { question: Question }) {
  const refreshMs = useRecountMs();
  const input = toWire(question);
  const answer = useQuery({
    queryKey: ["hierarchy", input],
    queryFn: ({ signal }) => call("hierarchy", input, signal),
    refetchInterval: refreshMs,
  });
  const { data } = answer;
  return (
    <section aria-labelledby="protocols" className="pane min-w-0">
      <h2 id="protocols" className="heading px-3 pt-2 pb-1">
        Protocols
      </h2>
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.isPending && <Loading what="Adding up protocols" />}
      {data?.nodes.length === 0 && <Empty why="No connection matches" />}
      <ul className="max-h-80 overflow-auto px-3 pb-2">
        {data?.nodes.map(({ path, flows, bytes }) => (
          <li key={path.join("/")} className="py-1" style={{ paddingLeft: (path.length - 1) * 14 }}>
            <div className="flex items-baseline gap-2">
              <span className="min-w-0 grow truncate">{path.at(-1)}</span>
              <span className="text-muted tabular-nums">
                {sizeText(bytes)} · {countText(flows)} {flows === 1 ? "connection" : "connections"}
              </span>
            </div>
            <ShareBar share={bytes / Math.max(1, data.bytes)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
