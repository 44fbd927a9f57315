import { useSyncExternalStore } from "react";

export type PageName =
  | "overview"
  | "search"
  | "connection"
  | "objects"
  | "captures"
  | "cases"
  | "keys"
  | "ledger"
  | "people"
  | "me"
  | "share"
  | "unknown";

/** What the address says: which page, and everything that decides what is on it. */
export interface View {
  readonly page: PageName;
  readonly uid: string;
  /** The id of a shared view. */
  readonly share: string;
  readonly parameters: URLSearchParams;
}

/** The question that the query bar shows and every number on the page answers. */
export interface Question {
  readonly q: string;
  readonly case: string | undefined;
  /** RFC 3339, UTC, as in the address. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly relativeTo: "now" | "end";
  /** The log whose rows are meant. */
  readonly log: string;
}

/** How rows are shown, beside which they are. */
export interface Layout {
  readonly sort?: string | undefined;
  readonly desc?: string | undefined;
  readonly columns?: string | undefined;
  /** What bars over time count; flows if left out. */
  readonly measure?: string | undefined;
}

export const FIRST_LOG = "conn";

const PAGES: Readonly<Record<string, PageName>> = {
  "/": "overview",
  "/search": "search",
  "/objects": "objects",
  "/captures": "captures",
  "/cases": "cases",
  "/keys": "keys",
  "/ledger": "ledger",
  "/people": "people",
  "/me": "me",
};
const MOVED = "holdfast-moved";

/** The view of the present address; renders anew when it changes. */
export function useView(): View {
  const address = useSyncExternalStore(listen, () => location.pathname + location.search);
  const url = new URL(address, location.origin);
  const [, uid] = /^\/connections\/([^/]+)$/.exec(url.pathname) ?? [];
  const [, share] = /^\/s\/([^/]+)$/.exec(url.pathname) ?? [];
  const plain = share === undefined ? (PAGES[url.pathname] ?? "unknown") : "share";
  const page = uid === undefined ? plain : "connection";
  const ids = { uid: decoded(uid ?? ""), share: decoded(share ?? "") };
  return { page, ...ids, parameters: url.searchParams };
}

/** A part of the address; one that is cut in the middle of a character stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new Event(MOVED));
}

function listen(changed: () => void): () => void {
  addEventListener("popstate", changed);
  addEventListener(MOVED, changed);
  return () => {
    removeEventListener("popstate", changed);
    removeEventListener(MOVED, changed);
  };
}

export function questionOf(parameters: URLSearchParams): Question {
  return {
    q: parameters.get("q") ?? "",
    case: parameters.get("case") || undefined,
    from: parameters.get("from") || undefined,
    to: parameters.get("to") || undefined,
    relativeTo: parameters.get("relativeTo") === "end" ? "end" : "now",
    log: parameters.get("log") || FIRST_LOG,
  };
}

/** How the address wants rows shown, and bars over time. */
export function layoutOf(parameters: URLSearchParams): Layout {
  const read = (name: string): string | undefined => parameters.get(name) || undefined;
  const measure = read("measure");
  return { sort: read("sort"), desc: read("desc"), columns: read("columns"), measure };
}

/** How the present address wants rows shown. */
export function layoutNow(): Layout {
  return layoutOf(new URLSearchParams(location.search));
}

/** A page's address with these parameters; empty ones are left out. */
export function addressTo(path: string, parameters: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "" && value !== false) query.set(key, String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Puts a choice into the present address, so that the view can be sent to somebody. */
export function choose(name: string, value: string): void {
  const parameters = new URLSearchParams(location.search);
  if (value === "") parameters.delete(name);
  else parameters.set(name, value);
  const query = parameters.toString();
  navigate(location.pathname + (query === "" ? "" : `?${query}`), { replace: true });
}

/** The search of a question; what is the default stays out of the address. */
export function searchAddress(question: Partial<Question> & Layout, path = "/search"): string {
  const { relativeTo, log, ...rest } = question;
  return addressTo(path, {
    ...(log !== FIRST_LOG && path === "/search" && { log }),
    ...rest,
    ...(relativeTo === "end" && { relativeTo }),
  });
}

/** The question as the wire takes it: the time range becomes a part of the query. */
export function toWire({ q, case: name, from, to, relativeTo }: Question) {
  const times = [from ? `after ${from}` : "", to ? `before ${to}` : ""].filter((t) => t !== "");
  const asked = q.trim();
  const parts = times.length > 0 && asked !== "" ? [`(${q})`, ...times] : [q, ...times];
  const text = parts.filter((part) => part.trim() !== "").join(" and ");
  return { q: text, relativeTo, ...(name !== undefined && { case: name }) };
}
