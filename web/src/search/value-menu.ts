import { type Layout, navigate, type Question, searchAddress } from "../address.ts";
import type { MenuGroup, MenuItem } from "../parts/menu.tsx";
import type { FieldFacts } from "../questions.ts";
import { stampOfNs, wireText } from "../text.ts";
import { clauseOf, excluded, narrowed, valuesOf } from "./clause.ts";
import { cellText, type Row } from "./columns.ts";

/** Items of a list that the menu names one by one. */
const ITEMS_MAX = 6;
const FINGERPRINTS = /(^|_)(ja3s?|ja4\w*|hassh\w*|md5|sha1|sha256|fingerprint|cert_chain_fps)$/;

interface Asked {
  readonly question: Question;
  readonly layout: Layout;
  /** Which page a narrowed question is put to. */
  readonly path: string;
}

/** What can be done with a value of a row: ask for it, leave it out, follow it, copy it. */
export function valueGroups(field: FieldFacts, row: Row, asked: Asked): readonly MenuGroup[] {
  if (field.kind === "time") return [timeGroup(field, row, asked)];
  const values = valuesOf(row, field.name).slice(0, ITEMS_MAX);
  return (values.length === 0 ? [null] : values).map((value) => valueGroup(field, value, asked));
}

/** The same for one value that stands alone, as in a facet. */
export function valueGroup(field: FieldFacts, value: unknown, asked: Asked): MenuGroup {
  const { question, layout, path } = asked;
  const clause = clauseOf(field, value);
  const isSet = !clause.startsWith("not has ");
  const go = (more: string): void =>
    navigate(searchAddress({ ...question, ...layout, q: narrowed(question.q, more) }, path));
  const text = isSet ? [value].flat().join(", ") : "unset";
  return {
    title: `${field.name}: ${wireText(text)}`,
    items: [
      { label: "Only these", says: clause, run: () => go(clause) },
      { label: "Without these", says: excluded(clause), run: () => go(excluded(clause)) },
      ...(isSet ? pivots(field, text, { question, clause }) : []),
      ...(isSet ? [copyItem(text)] : []),
    ],
  };
}

/** Where a value leads: the same host, connection, object or fingerprint in other logs. */
function pivots(
  field: FieldFacts,
  text: string,
  { question, clause }: { question: Question; clause: string },
): MenuItem[] {
  const items: MenuItem[] = [];
  const search = (label: string, q: string, log = "conn"): void => {
    const to = searchAddress({ ...question, q, log });
    items.push({ label, says: q, run: () => navigate(to) });
  };
  if (field.kind === "uid") {
    items.push({ label: "Open the connection", run: () => navigate(`/connections/${text}`) });
    search("This connection in conn", `uid == ${text}`);
  }
  if (field.kind === "addr") search("All connections of this host", `host ${text}`);
  if (/^(?:.*_)?fuids?$/.test(field.name) || field.name === "fuid") {
    const to = searchAddress({ ...question, q: `files.fuid == "${text}"` }, "/objects");
    items.push({ label: "This object", run: () => navigate(to) });
  }
  if (field.name === "host" || field.name === "server_name" || field.name === "query") {
    const guarded = text.replace(/[\\"]/g, (one) => `\\${one}`);
    search("Asked for by name in dns", `dns.query == "${guarded}"`, "dns");
  }
  if (field.log !== "conn") {
    const isPrint = FINGERPRINTS.test(field.name);
    search(isPrint ? "Connections with this fingerprint" : "Connections where it is so", clause);
  }
  return items;
}

function timeGroup(field: FieldFacts, row: Row, { question, layout, path }: Asked): MenuGroup {
  const ns = row[`${field.name}_ns`];
  const text = cellText(row, field.name, field.kind);
  if (typeof ns !== "string") return { title: `${field.name}: unset`, items: [] };
  const go = (change: Partial<Question>): void =>
    navigate(searchAddress({ ...question, ...layout, ...change }, path));
  const at = BigInt(ns);
  const minute = 60_000_000_000n;
  return {
    title: `${field.name}: ${text}`,
    items: [
      { label: "From here on", run: () => go({ from: stampOfNs(at) }) },
      { label: "Until here", run: () => go({ to: stampOfNs(at + 1_000_000n) }) },
      {
        label: "A minute before and after",
        run: () => go({ from: stampOfNs(at - minute), to: stampOfNs(at + minute) }),
      },
      copyItem(text),
    ],
  };
}

function copyItem(text: string): MenuItem {
  return { label: "Copy", run: () => void navigator.clipboard.writeText(text) };
}
