import { useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { call } from "../client.ts";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { type Me, useMe } from "../people/me.ts";
import { type PersonFacts, PersonForm } from "../people/person-form.tsx";
import { PersonLine } from "../people/person-line.tsx";
import { RolesPane } from "../people/roles-pane.tsx";
import { TokensPane } from "../people/tokens-pane.tsx";
import { amountText } from "../text.ts";

const NOBODY: PersonFacts = { name: "", roles: [], cases: [] };

/** Who there is, what each may do, and the tokens of programs. */
export function PeoplePage() {
  const { data: me } = useMe();
  if (me === undefined) return <Loading what="Asking who you are" />;
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-3">
      <h1 className="sr-only">People</h1>
      <People me={me} />
      <RolesPane />
      <TokensPane me={me} whose="*" />
    </div>
  );
}

function People({ me }: { me: Me }) {
  const [isAdding, setAdding] = useState(false);
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: ["people"],
    queryFn: ({ signal }) => call("people", {}, signal),
  });
  const list = answer.data?.people ?? [];
  const add = async ({ name, roles, cases }: PersonFacts): Promise<void> => {
    const added = { name, roles: [...roles], cases: cases === "*" ? cases : [...cases] };
    await call("addPerson", added);
    await client.invalidateQueries({ queryKey: ["people"] });
    await client.invalidateQueries({ queryKey: ["me"] });
    setAdding(false);
  };
  return (
    <section aria-labelledby="people" className="pane px-3 pb-1">
      <div className="flex items-center gap-3 py-2">
        <h2 id="people" className="heading grow">
          {list.length === 0 ? "People" : amountText(list.length, "person", "people")}
        </h2>
        {!isAdding && (
          <button type="button" className="button button-main" onClick={() => setAdding(true)}>
            <UserPlus aria-hidden size={14} />
            Add a person
          </button>
        )}
      </div>
      {isAdding && (
        <PersonForm
          label="Add a person"
          before={NOBODY}
          submit="Add"
          send={add}
          cancel={() => setAdding(false)}
        />
      )}
      {answer.isPending && <Loading what="Reading who there is" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.data !== undefined && list.length === 0 && (
        <Empty why="Nobody but the owner of the home comes in here">
          With the first person, whoever comes without a session is refused on record. The owner's
          own ways in stay: the command line, and the link that holdfast prints.
        </Empty>
      )}
      <ul>
        {list.map((person) => (
          <PersonLine key={person.person} person={person} me={me} />
        ))}
      </ul>
    </section>
  );
}
