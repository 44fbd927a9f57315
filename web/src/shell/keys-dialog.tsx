import { Modal } from "../parts/modal.tsx";
import { type May, useMay } from "../people/me.ts";
import { mayOpen, PAGE_KEYS } from "../people/places.ts";

const KEYS: readonly (readonly [place: string, keys: readonly (readonly [string, string])[]])[] = [
  [
    "Everywhere",
    [
      ["/", "to the query bar"],
      ["s", "share this view"],
      ["?", "these keys"],
    ],
  ],
  [
    "Query bar",
    [
      ["Enter", "run"],
      ["Esc", "close the list, then cancel what runs"],
      ["↓ ↑", "through completions and history"],
      ["Tab", "take the first or chosen completion"],
    ],
  ],
  [
    "Tables",
    [
      ["j k", "next, previous row"],
      ["Enter", "open the row"],
      ["← →", "from value to value of a row, in the search"],
      ["m", "what can be done with the value"],
    ],
  ],
  [
    "Values beside a table",
    [
      ["↓ ↑", "next, previous value"],
      ["m", "what can be done with it"],
    ],
  ],
  ["Packets and stream of a connection", [["← →", "to the next tab, from its name"]]],
  [
    "A connection over time",
    [
      ["← →", "previous, next bin with packets"],
      ["Enter", "open its packets"],
      ["+ -", "zoom in on it, widen; Esc widens too, 0 shows the whole"],
      ["PgUp PgDn", "earlier, later"],
    ],
  ],
  [
    "A packet",
    [
      ["↓ ↑ ← →", "through the fields, or through the bytes: the other side lights up"],
      ["→ ←", "in Wireshark's tree: open a branch, close it or go to what it is part of"],
      ["* m", "in Wireshark's tree: open all branches; what can be done with the field"],
      ["n", "note on the packet; over time, on the time that is shown"],
      ["[ ]", "previous, next page of packets, in our own decode"],
    ],
  ],
];

/** The keys of pages that one may open come after those of every page. */
function keysFor(may: May): typeof KEYS {
  const pages = PAGE_KEYS.filter(({ page }) => mayOpen(may, page));
  const own = pages.map(({ keys, says }) => [keys, says] as const);
  return KEYS.map(([place, keys], n) => [place, n === 0 ? [...keys, ...own] : keys]);
}

/** All keys there are. */
export function KeysDialog({ close }: { close: () => void }) {
  const may = useMay();
  return (
    <Modal title="Keys" close={close} width="w-[64rem]">
      <div className="gap-8 md:columns-2">
        {keysFor(may).map(([place, keys]) => (
          <section key={place} className="mb-3 break-inside-avoid">
            <h3 className="heading mb-1">{place}</h3>
            <dl className="grid grid-cols-[7rem_1fr] gap-y-1">
              {keys.map(([key, says]) => (
                <div key={key} className="contents">
                  <dt>
                    {key.split(" ").map((one) => (
                      <kbd key={one} className="key mr-1">
                        {one}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{says}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
