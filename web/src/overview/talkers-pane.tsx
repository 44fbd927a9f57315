import { useQuery } from "@tanstack/react-query";
import { sizeText } from "../../../src/core/base/index.ts";
import { type Question, searchAddress, toWire } from "../address.ts";
import { call } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useRecountMs } from "../questions.ts";
import { amountText, countText } from "../text.ts";
import { ShareBar } from "./share-bar.tsx";

const SHOWN = 8;

/** Who moved most bytes, both ways. */
export function TalkersPane({ question }: { question: Question }) {
  const refreshMs = useRecountMs();
  const input = { ...toWire(question), limit: SHOWN };
  const answer = useQuery({
    queryKey: ["endpoints", input],
    queryFn: ({ signal }) => call("endpoints", input, signal),
    refetchInterval: refreshMs,
  });
  const { data } = answer;
  const most = Math.max(
    1,
    ...(data?.endpoints ?? []).map((one) => one.sent_bytes + one.received_bytes),
  );
  return (
    <section aria-labelledby="talkers" className="pane min-w-0">
      <h2 id="talkers" className="heading px-3 pt-2 pb-1">
        Top talkers{" "}
        {data !== undefined && data.total > SHOWN && (
          <span className="font-normal text-muted">
            of {amountText(data.total, "address", "addresses")}
          </span>
        )}
      </h2>
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.isPending && <Loading what="Adding up addresses" />}
      {data?.endpoints.length === 0 && <Empty why="No connection matches" />}
      <ul className="px-3 pb-2">
        {data?.endpoints.map(({ address, flows, sent_bytes: sent, received_bytes: received }) => (
          <li key={address} className="py-1">
            <div className="flex items-baseline gap-2">
              <Link
                to={searchAddress({ ...question, q: within(question.q, `host ${address}`) })}
                className="link mono min-w-0 grow truncate"
              >
                {address}
              </Link>
              <span className="text-muted tabular-nums" title={`${countText(flows)} connections`}>
                {sizeText(sent)} sent · {sizeText(received)} received
              </span>
            </div>
            <ShareBar share={(sent + received) / most} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A condition beside what was asked already. */
export function within(asked: string, own: string): string {
  return asked.trim() === "" ? own : `(${asked}) and ${own}`;
}
