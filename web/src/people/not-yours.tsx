import { addressTo, choose } from "../address.ts";
import { Link } from "../parts/link.tsx";
import { Empty } from "../parts/states.tsx";
import { wireText } from "../text.ts";
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

/** Cases that are linked; the others are in the query bar. */
const LINKED_MAX = 20;

/** A case that is not one's own, or does not exist: which of the two is not said. */
export function NotYourCase({ caseName }: { caseName: string }) {
  const { data: me } = useMe();
  const own = me === undefined || me.cases === "*" ? [] : me.cases;
  return (
    <>
      <h1 className="sr-only">Not within your authority</h1>
      <Empty why={`Case ${wireText(caseName)} is not within your authority`}>
        Nothing of it was asked of the server. Show this page for{" "}
        {own.slice(0, LINKED_MAX).map((name) => (
          <span key={name}>
            <Link to={addressTo(location.pathname, { case: name })}>{wireText(name)}</Link>
            {", "}
          </span>
        ))}
        <button type="button" className="link" onClick={() => choose("case", "")}>
          all that is yours
        </button>
        .
      </Empty>
    </>
  );
}

/** A connection that is not there for somebody: of another case, or of nobody; which is not said. */
export function NotYourConnection({ uid }: { uid: string }) {
  return (
    <>
      <h1 className="sr-only">Not within your authority</h1>
      <Empty why={`No connection ${wireText(uid)} is within your authority`}>
        It is in a case that is not yours, or nowhere. That it was asked for is on record.{" "}
        <Link to="/search">Search what is yours</Link>
      </Empty>
    </>
  );
}

const CONTENT = "Your roles open logs and connections, and not what was sent in them.";

/** A part of a page that one's roles do not open, said where it would be. */
export function NotYourPart({ what, says = CONTENT }: { what: string; says?: string }) {
  return <Empty why={`${what} not within your authority`}>{says}</Empty>;
}
