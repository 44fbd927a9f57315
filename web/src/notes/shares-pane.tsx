import { useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { ConfirmButton } from "../people/confirm-button.tsx";
import { amountText, wireText } from "../text.ts";

type Shared = Output<"shares">["shares"][number];

/** Views that somebody shared with who sees the case, those that ended too. */
export function SharesPane({ caseName }: { caseName: string }) {
  const answer = useQuery({
    queryKey: ["shares", caseName],
    queryFn: ({ signal }) => call("shares", { case: caseName }, signal),
  });
  const list = answer.data?.shares ?? [];
  return (
    <section aria-labelledby="shares" className="pane">
      <h2 id="shares" className="heading px-3 py-2">
        {list.length === 0 ? "Shared views" : amountText(list.length, "shared view")}
      </h2>
      {answer.isPending && <Loading what="Reading shared views" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.data !== undefined && list.length === 0 && (
        <Empty why="No view was shared yet">
          Beside Run is a button that makes a link to what is shown, for some days.
        </Empty>
      )}
      <ul className="max-h-80 overflow-auto px-3 pb-2">
        {list.map((one) => (
          <ShareLine key={one.share} shared={one} />
        ))}
      </ul>
    </section>
  );
}

function ShareLine({ shared }: { shared: Shared }) {
  const { share, title, address, by, at, expires_at, state } = shared;
  const client = useQueryClient();
  const name = wireText(title === "" ? address : title);
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 border-b border-line/60 py-1.5 last:border-b-0">
      <Link to={address} className="link min-w-0 grow truncate" title={wireText(address)}>
        {name}
      </Link>
      <span className="text-muted">
        {wireText(by)}, <Stamp at={at} />
      </span>
      {state === "open" ? (
        <>
          <span className="text-muted">
            ends <Stamp at={expires_at} />
          </span>
          <ConfirmButton
            label="Revoke"
            about={name}
            question="Take it back? Its link leads nowhere from then on."
            confirm="Revoke"
            run={async () => {
              await call("revokeShare", { share });
              await client.invalidateQueries({ queryKey: ["shares"] });
            }}
          />
        </>
      ) : (
        <span className="text-amber">{state}</span>
      )}
    </li>
  );
}
