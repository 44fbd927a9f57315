import { useQuery, useQueryClient } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { ROLE_SENTENCES } from "../../../src/core/custody/index.ts";
import { call, type Output } from "../client.ts";
import { Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { casesText } from "../people/cases-choice.tsx";
import { ConfirmButton } from "../people/confirm-button.tsx";
import { type Me, useMe } from "../people/me.ts";
import { PasskeyForm } from "../people/passkey-form.tsx";
import { PasswordForm } from "../people/password-form.tsx";
import { RolePermissions } from "../people/roles-pane.tsx";
import { begin, logOut } from "../people/session.ts";
import { useWaysIn } from "../people/sign-in.ts";
import { SignInButton } from "../people/sign-in-button.tsx";
import { TokensPane } from "../people/tokens-pane.tsx";
import { amountText, wireText } from "../text.ts";

type Credential = Output<"credentials">["credentials"][number];

/** Who one is here, what one may do, and one's own ways in. */
export function MePage() {
  const { data: me } = useMe();
  if (me === undefined) return <Loading what="Asking who you are" />;
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-3">
      <section aria-labelledby="who" className="pane px-4 py-3">
        <div className="flex items-baseline gap-3">
          <h1 id="who" className="grow text-lg font-semibold">
            {wireText(me.name)}
          </h1>
          <button type="button" className="button" onClick={() => void logOut()}>
            <LogOut aria-hidden size={14} />
            Log out
          </button>
        </div>
        <p>
          of <strong>{casesText(me.cases)}</strong>
        </p>
        {me.roles.map((role) => (
          <p key={role} className="mt-1">
            <strong>{role}</strong> <span className="text-muted">{ROLE_SENTENCES[role]}</span>
          </p>
        ))}
        <details className="mt-1">
          <summary className="cursor-pointer">What you may do</summary>
          <RolePermissions roles={me.roles} />
        </details>
      </section>
      {me.person === null ? <Owner /> : <WaysIn me={me} person={me.person} />}
      {me.person !== null && <TokensPane me={me} whose="self" />}
    </div>
  );
}

function Owner() {
  return (
    <section aria-labelledby="ways" className="pane px-4 py-3">
      <h2 id="ways" className="heading">
        Your ways in
      </h2>
      <p className="text-muted">
        You own the home on its machine: you come in by the command line and by links that{" "}
        <span className="mono">holdfast serve --link</span> prints. Passwords, passkeys and tokens
        are people's; who wants one as owner adds himself as a person with that role.
      </p>
    </section>
  );
}

function WaysIn({ me, person }: { me: Me; person: string }) {
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: ["credentials", { person }],
    queryFn: ({ signal }) => call("credentials", { person }, signal),
  });
  const list = answer.data?.credentials ?? [];
  const password = list.find(({ kind }) => kind === "password");
  const passkeys = list.filter(({ kind }) => kind === "passkey");
  const accounts = list.filter(({ kind }) => kind === "oidc");
  const provider = useWaysIn().data?.provider;
  if (answer.isPending) return <Loading what="Reading your ways in" />;
  if (answer.error !== null)
    return <Failed error={answer.error} again={() => void answer.refetch()} />;
  return (
    <>
      <section aria-labelledby="password" className="pane px-4 py-3">
        <h2 id="password" className="heading mb-1">
          Password
        </h2>
        <p className="mb-2 text-muted">
          {password === undefined ? (
            "You have none."
          ) : (
            <>
              Set <Stamp at={password.added_at} /> by {wireText(password.added_by)}. A new one ends
              your sessions elsewhere.
            </>
          )}
        </p>
        <PasswordForm name={me.name} hasOne={password !== undefined} done={begin} />
      </section>
      <section aria-labelledby="passkeys" className="pane px-4 py-3">
        <h2 id="passkeys" className="heading mb-1">
          {passkeys.length === 0 ? "Passkeys" : amountText(passkeys.length, "passkey")}
        </h2>
        <ul className="mb-2">
          {passkeys.map((one) => (
            <WayLine key={one.credential} way={one} verb="registered" kind="passkey" />
          ))}
        </ul>
        <PasskeyForm done={() => void client.invalidateQueries({ queryKey: ["credentials"] })} />
      </section>
      {(provider !== undefined || accounts.length > 0) && (
        <section aria-labelledby="accounts" className="pane px-4 py-3">
          <h2 id="accounts" className="heading mb-1">
            {accounts.length === 0 ? "Accounts elsewhere" : amountText(accounts.length, "account")}
          </h2>
          <ul className="mb-2">
            {accounts.map((one) => (
              <WayLine key={one.credential} way={one} verb="linked" kind="account" />
            ))}
          </ul>
          {provider !== undefined && <SignInButton provider={provider} to="link" />}
        </section>
      )}
    </>
  );
}

function WayLine(props: { way: Credential; verb: string; kind: "passkey" | "account" }) {
  const { way, verb, kind } = props;
  const label = wireText(way.label);
  return (
    <li className="flex flex-wrap items-center gap-x-3 border-b border-line/60 py-1.5 last:border-b-0">
      <strong className="grow">{label}</strong>
      <span className="text-muted">
        {verb} <Stamp at={way.added_at} />
      </span>
      <ConfirmButton
        label="Remove"
        about={`${kind} ${label}`}
        question={`Remove this ${kind}? Your sessions end, this one too.`}
        confirm="Remove"
        run={async () => {
          await call("revokeCredential", { credential: way.credential });
          begin();
        }}
      />
    </li>
  );
}
