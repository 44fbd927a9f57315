import { useQueryClient } from "@tanstack/react-query";
import { Link as LinkIcon, Pencil } from "lucide-react";
import { useState } from "react";
import { call, type Output } from "../client.ts";
import { Failed } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { amountText, stampText, wireText } from "../text.ts";
import { casesText } from "./cases-choice.tsx";
import { ConfirmButton } from "./confirm-button.tsx";
import type { Me } from "./me.ts";
import { PersonForm } from "./person-form.tsx";
import { ShownOnce } from "./shown-once.tsx";

export type Person = Output<"people">["people"][number];

/** One person: what they may do, what lets them in, and what can be done about it. */
export function PersonLine({ person, me }: { person: Person; me: Me }) {
  const why = whyUnchangeable(person, me);
  const name = wireText(person.name);
  return (
    <li className="flex flex-wrap items-center gap-x-3 border-b border-line/60 py-2 last:border-b-0">
      <div className="min-w-80 grow">
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <strong className="min-w-40">{name}</strong>
          <span>{person.roles.join(", ")}</span>
          <span className="text-muted">of {casesText(person.cases)}</span>
        </div>
        <div className="mt-0.5 flex flex-wrap items-baseline gap-x-3 gap-y-1 text-muted">
          <WaysIn person={person} />
          <span>
            {person.last_login_at === null ? (
              <>
                changed <Stamp at={person.changed_at} />
              </>
            ) : (
              <>
                last let in <Stamp at={person.last_login_at} />
              </>
            )}
          </span>
        </div>
      </div>
      {why === undefined ? <Changes person={person} /> : <span className="text-muted">{why}</span>}
    </li>
  );
}

/** Nobody changes himself, and only an owner changes an owner: said before the click. */
function whyUnchangeable(person: Person, me: Me): string | undefined {
  if (me.permissions.includes("machine")) return undefined;
  if (person.person === me.person) return "nobody changes himself";
  return person.roles.includes("owner") ? "only an owner changes an owner" : undefined;
}

function WaysIn({ person }: { person: Person }) {
  const ways = [
    person.has_password && "password",
    person.passkeys > 0 && amountText(person.passkeys, "passkey"),
    person.accounts > 0 && amountText(person.accounts, "account"),
    person.tokens > 0 && amountText(person.tokens, "token"),
  ].filter((way) => way !== false);
  if (ways.length > 0) return <span>{ways.join(" · ")}</span>;
  return <span className="text-amber">no way in yet: make a link</span>;
}

function Changes({ person }: { person: Person }) {
  const [isOpen, setOpen] = useState(false);
  const [link, setLink] = useState<Output<"createEnrolment">>();
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const name = wireText(person.name);
  const again = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: ["people"] });
    await client.invalidateQueries({ queryKey: ["credentials"] });
  };
  const makeLink = async (): Promise<void> => {
    setError(null);
    try {
      setLink(await call("createEnrolment", { person: person.person }));
    } catch (failure) {
      setError(failure);
    }
  };
  if (isOpen) {
    return (
      <div className="w-full">
        <PersonForm
          label={`Change ${name}`}
          before={person}
          submit="Change"
          cancel={() => setOpen(false)}
          send={async ({ roles, cases, ...facts }) => {
            const changed = { roles: [...roles], cases: cases === "*" ? cases : [...cases] };
            await call("setPerson", { person: person.person, ...facts, ...changed });
            await again();
            setOpen(false);
          }}
        />
      </div>
    );
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <button
          type="button"
          className="button"
          aria-label={`Make a link for ${name}`}
          onClick={() => void makeLink()}
        >
          <LinkIcon aria-hidden size={13} />
          Make a link
        </button>
        <button
          type="button"
          className="button"
          aria-label={`Change ${name}`}
          onClick={() => setOpen(true)}
        >
          <Pencil aria-hidden size={13} />
          Change
        </button>
        <ConfirmButton
          label="Remove"
          about={name}
          question={`Remove ${name}? Sessions, passwords, passkeys and tokens end; the ledger keeps what was done.`}
          confirm="Remove"
          run={async () => {
            await call("removePerson", { person: person.person });
            await again();
          }}
        />
      </div>
      <div className="w-full empty:hidden">
        {error !== null && <Failed error={error} />}
        {link !== undefined && (
          <ShownOnce title={`Link for ${name}`} secret={link.link} close={() => setLink(undefined)}>
            It is shown only here. It works once, until {stampText(link.expires_at)} UTC and while
            this server runs: {name} chooses how to come in by it. An older link of {name} has
            ended.
          </ShownOnce>
        )}
      </div>
    </>
  );
}
