import { sizeText } from "../../../src/core/base/index.ts";
import type { Output } from "../client.ts";
import { Partial, sentence } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { amountText, wireText } from "../text.ts";

type Shown = Output<"show">;

/** Where the packets lie: which sealed segments, which encrypted chunks, under which digests. */
export function VaultPane({ shown }: { shown: Shown }) {
  const { places, state, says } = shown.packets;
  return (
    <section aria-labelledby="vault" className="pane">
      <h2 id="vault" className="heading px-3 pt-2 pb-1">
        Where they lie in the vault
      </h2>
      {places.length === 0 && (
        <p className="px-3 pb-2 text-muted">
          {state === "available" ? "Nowhere yet: the capture is not sealed." : sentence(says)}
        </p>
      )}
      {places.map((place) => {
        const segment = shown.segments.find((one) => one.segment === place.segment);
        return segment && <Place key={place.segment} place={place} segment={segment} />;
      })}
    </section>
  );
}

function Place(props: {
  place: Shown["packets"]["places"][number];
  segment: Shown["segments"][number];
}) {
  const { place, segment } = props;
  const rows: readonly (readonly [string, string])[] = [
    ["segment", segment.segment],
    ["SHA-256 of the file", segment.plaintext_sha256],
    ["SHA-256 of the body", segment.body_sha256],
    ["SHA-256 of the head", segment.head_sha256],
    ["root of the chunks", segment.chunk_root],
  ];
  return (
    <div className="border-t border-line px-3 py-2">
      <p>
        {amountText(place.packets, "packet")} in {amountText(place.runs, "run")}, encrypted chunks{" "}
        <span className="mono">
          {place.first_chunk}–{place.last_chunk}
        </span>{" "}
        of <span className="mono">{wireText(segment.name)}</span> ({segment.kind},{" "}
        {sizeText(segment.plaintext_bytes)}, {segment.compression}); sealed{" "}
        <Stamp at={segment.sealed_at} /> by ledger entry {segment.seq}
      </p>
      <dl className="mt-1 grid grid-cols-[11rem_1fr] gap-x-3">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="mono break-all select-all">{value}</dd>
          </div>
        ))}
      </dl>
      {!segment.complete && <Partial>{wireText(segment.fault ?? "the file ends early")}</Partial>}
    </div>
  );
}
