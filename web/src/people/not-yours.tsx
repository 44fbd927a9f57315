import { addressTo, choose } from "../address.ts";
import { Link } from "../parts/link.tsx";
import { Empty } from "../parts/states.tsx";
import { wireText } from "../text.ts";
import { casesText } from "./cases-choice.tsx";
import { useMay, useMe } from "./me.ts";
import { mayOpen, PAGE_KEYS } from "./places.ts";

/** A page that one's roles do not open: which they are, and where they lead. */
export function NotYours({ what }: { what: string }) {
  const may = useMay();
  const { data: me } = useMe();
  const places = PAGE_KEYS.filter(({ page }) => mayOpen(may, page));
  return (
    <>
      <h1 className="sr-only">Not within your authority</h1>
      <Empty why={`${what} is not within your authority`}>
        You are {me?.roles.join(", ")}. Whoever looks after people here can change that. Yours are:{" "}
        {places.map(({ path, says }, n) => (
          <span key={path}>
            {n > 0 && ", "}
            <Link to={path}>{says}</Link>
          </span>
        ))}
        .
      </Empty>
    </>
  );
}

/** A case that is not one's own, or does not exist: which of the two is not said. */
export function NotYourCase({ caseName }: { caseName: string }) {
  const { data: me } = useMe();
  const own = me === undefined || me.cases === "*" ? [] : me.cases;
  return (
    <>
      <h1 className="sr-only">Not within your authority</h1>
      <Empty why={`Case ${wireText(caseName)} is not within your authority`}>
        Yours: {casesText(own)}. Nothing was asked of the server.{" "}
        <button type="button" className="link" onClick={() => choose("case", "")}>
          Show this page for all of yours
        </button>
        {own.slice(0, 20).map((name) => (
          <span key={name}>
            , <Link to={addressTo(location.pathname, { case: name })}>{wireText(name)}</Link>
          </span>
        ))}
      </Empty>
    </>
  );
}

/** A part of a page that one's roles do not open, said where it would be. */
export function NotYourPart({ what }: { what: string }) {
  return (
    <Empty why={`${what} not within your authority`}>
      Your roles open logs and connections, and not what was sent in them.
    </Empty>
  );
}
