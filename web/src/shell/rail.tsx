import {
  Archive,
  CircleUser,
  Folder,
  Keyboard,
  KeyRound,
  LayoutDashboard,
  LogOut,
  Moon,
  Package,
  ScrollText,
  Search,
  Sun,
  Users,
} from "lucide-react";
import { addressTo, type PageName } from "../address.ts";
import { Link } from "../parts/link.tsx";
import { useMay, useMe } from "../people/me.ts";
import { mayOpen } from "../people/places.ts";
import { logOut } from "../people/session.ts";
import { wireText } from "../text.ts";
import { setTheme, useTheme } from "../theme.ts";

const PLACES = [
  { page: "overview", path: "/", label: "Overview", Icon: LayoutDashboard },
  { page: "search", path: "/search", label: "Search", Icon: Search },
  { page: "objects", path: "/objects", label: "Objects", Icon: Package },
  { page: "captures", path: "/captures", label: "Captures", Icon: Archive },
  { page: "cases", path: "/cases", label: "Cases", Icon: Folder },
  { page: "keys", path: "/keys", label: "TLS keys", Icon: KeyRound },
  { page: "ledger", path: "/ledger", label: "Ledger", Icon: ScrollText },
  { page: "people", path: "/people", label: "People", Icon: Users },
] as const;

const ITEM =
  "flex w-full flex-col items-center gap-0.5 rounded px-0.5 py-2 text-[11px] whitespace-nowrap hover:bg-raised";

/** The narrow rail: only what exists and what one may open. The case goes along from page to page. */
export function Rail({
  page,
  caseName,
  showKeys,
}: {
  page: PageName;
  caseName: string | undefined;
  showKeys: () => void;
}) {
  const theme = useTheme();
  const may = useMay();
  const { data: me } = useMe();
  const Icon = theme === "dark" ? Sun : Moon;
  const other = theme === "dark" ? "light" : "dark";
  return (
    <nav
      aria-label="Pages"
      className="flex w-[74px] shrink-0 flex-col items-center gap-1 border-r border-line bg-panel overflow-y-auto px-1.5 py-2"
    >
      {PLACES.filter((place) => mayOpen(may, place.page)).map((place) => {
        const isHere = place.page === page || (place.page === "search" && page === "connection");
        return (
          <Link
            key={place.page}
            to={addressTo(place.path, { case: caseName })}
            aria-current={isHere ? "page" : undefined}
            className={`${ITEM} ${isHere ? "bg-blue-wash font-semibold text-blue" : "text-muted"}`}
          >
            <place.Icon aria-hidden size={18} />
            {place.label}
          </Link>
        );
      })}
      <div className="grow" />
      <Link
        to="/me"
        aria-current={page === "me" ? "page" : undefined}
        aria-label={`Who I am: ${wireText(me?.name ?? "")}`}
        title={wireText(me?.name ?? "")}
        className={`${ITEM} ${page === "me" ? "bg-blue-wash font-semibold text-blue" : "text-muted"}`}
      >
        <CircleUser aria-hidden size={17} />
        <span className="max-w-full truncate">{wireText(me?.name ?? "Me")}</span>
      </Link>
      <button type="button" className={`${ITEM} text-muted`} onClick={showKeys}>
        <Keyboard aria-hidden size={17} />
        Keys
      </button>
      <button
        type="button"
        className={`${ITEM} text-muted`}
        aria-label={`Use the ${other} theme`}
        onClick={() => setTheme(other)}
      >
        <Icon aria-hidden size={17} />
        {other === "dark" ? "Dark" : "Light"}
      </button>
      <button type="button" className={`${ITEM} text-muted`} onClick={() => void logOut()}>
        <LogOut aria-hidden size={17} />
        Log out
      </button>
    </nav>
  );
}
