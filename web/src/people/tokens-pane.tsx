import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { call, type Output } from "../client.ts";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { amountText, stampText, wireText } from "../text.ts";
import { casesText } from "./cases-choice.tsx";
import { ConfirmButton } from "./confirm-button.tsx";
import type { Me } from "./me.ts";
import { ShownOnce } from "./shown-once.tsx";
import { TokenForm, type TokenPerson } from "./token-form.tsx";

type Credential = Output<"credentials">["credentials"][number];

/** Tokens of programs, all or one's own; a new one is shown once. */
export function TokensPane({ me, whose }: { me: Me; whose: "*" | "self" }) {
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Output<"createToken"> & { label: string }>();
  const client = useQueryClient();
  const input = { kind: "token", ...(whose === "*" && { person: "*" }) } as const;
  const answer = useQuery({
    queryKey: ["credentials", input],
    queryFn: ({ signal }) => call("credentials", input, signal),
  });
  const people = useTokenPeople(me, whose);
  const list = answer.data?.credentials ?? [];
  return (
    <section aria-labelledby="tokens" className="pane px-3 pb-1">
      <div className="flex items-center gap-3 py-2">
        <h2 id="tokens" className="heading grow">
          {list.length === 0 ? "Tokens" : amountText(list.length, "token")}
        </h2>
        {!isMaking && people.length > 0 && (
          <button type="button" className="button" onClick={() => setMaking(true)}>
            <KeyRound aria-hidden size={14} />
            Make a token
          </button>
        )}
      </div>
      {isMaking && (
        <TokenForm
          people={people}
          me={me}
          done={(token) => {
            setMade(token);
            setMaking(false);
            void client.invalidateQueries({ queryKey: ["credentials"] });
            void client.invalidateQueries({ queryKey: ["people"] });
          }}
          cancel={() => setMaking(false)}
        />
      )}
      {made !== undefined && (
        <ShownOnce
          title={`Token ${wireText(made.label)}`}
          secret={made.token}
          close={() => setMade(undefined)}
        >
          It is shown only now: the home keeps its digest. Whoever has it may do what it may, until{" "}
          {made.expires_at === null ? "it is revoked" : `${stampText(made.expires_at)} UTC`}.
        </ShownOnce>
      )}
      {answer.isPending && <Loading what="Reading the list of tokens" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.data !== undefined && list.length === 0 && (
        <Empty why="There is no token">
          A token lets a program in by the API, as a person, with what that person may at most
          {people.length === 0 && whose === "*" ? ": add a person first." : "."}
        </Empty>
      )}
      <ul>
        {list.map((one) => (
          <TokenLine key={one.credential} token={one} showsPerson={whose === "*"} me={me} />
        ))}
      </ul>
    </section>
  );
}

/** For whom one may make tokens: oneself, and as owner everybody. */
function useTokenPeople(me: Me, whose: "*" | "self"): readonly TokenPerson[] {
  const isForAll = whose === "*" && me.permissions.includes("machine");
  const { data } = useQuery({
    queryKey: ["people"],
    queryFn: ({ signal }) => call("people", {}, signal),
    enabled: isForAll,
  });
  if (isForAll) return data?.people ?? [];
  return me.person === null ? [] : [{ person: me.person, name: me.name, roles: me.roles }];
}

function TokenLine(props: { token: Credential; showsPerson: boolean; me: Me }) {
  const { token, showsPerson, me } = props;
  const client = useQueryClient();
  const label = wireText(token.label) || token.credential;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line/60 py-1.5 last:border-b-0">
      <strong>{label}</strong>
      {showsPerson && <span>{wireText(token.name)}</span>}
      <span className="text-muted">
        {token.scopes?.join(", ")} of{" "}
        {token.cases === "*" ? "the person's cases" : casesText(token.cases ?? [])}
      </span>
      <span className="grow" />
      <Expiry token={token} />
      <span className="text-muted">
        {token.last_used_at === null ? (
          "not used since the server began"
        ) : (
          <>
            used <Stamp at={token.last_used_at} />
          </>
        )}
      </span>
      {(token.person === me.person || me.permissions.includes("people")) && (
        <ConfirmButton
          label="Revoke"
          about={`token ${label}`}
          question={`Revoke ${label}? Programs that use it are refused at once.`}
          confirm="Revoke"
          run={async () => {
            await call("revokeCredential", { credential: token.credential });
            await client.invalidateQueries({ queryKey: ["credentials"] });
            await client.invalidateQueries({ queryKey: ["people"] });
          }}
        />
      )}
    </li>
  );
}

function Expiry({ token }: { token: Credential }) {
  if (token.expires_at === null) return <span className="text-amber">does not expire</span>;
  return (
    <span className={token.expired ? "text-red" : "text-muted"}>
      {token.expired ? "expired" : "until"} <Stamp at={token.expires_at} />
    </span>
  );
}
