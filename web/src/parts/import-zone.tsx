import { Upload, X } from "lucide-react";
import { useId, useRef, useState } from "react";
import { isCaseId, sizeText } from "../../../src/core/base/index.ts";
import { searchAddress } from "../address.ts";
import { type ImportState, useImports } from "../imports.tsx";
import { amountText, wireText } from "../text.ts";
import { Link } from "./link.tsx";
import { ProgressLine } from "./progress-line.tsx";
import { Failed } from "./states.tsx";

/** Where files are dropped or chosen, and how those under way are doing. */
export function ImportZone() {
  const { add, list, options, setOptions } = useImports();
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const isNamed = isCaseId(options.case);
  return (
    <section aria-label="Import captures" className="pane p-3">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same */}
      <div
        onDragEnter={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={() => setOver(false)}
        className={`flex flex-wrap items-center gap-3 rounded border border-dashed p-3 ${isOver ? "border-blue bg-blue-wash" : "border-line"}`}
      >
        <Upload aria-hidden size={18} className="text-muted" />
        <div className="min-w-56 grow">
          <p className="font-semibold">Drop captures anywhere on this page</p>
          <p className="text-muted">
            pcap or pcapng, also .gz and .zst. Each is kept bit for bit, sealed and encrypted.
          </p>
        </div>
        <button
          type="button"
          className="button button-main"
          disabled={!isNamed}
          onClick={() => input.current?.click()}
        >
          Choose files
        </button>
        <input
          ref={input}
          type="file"
          multiple
          aria-label="Capture files"
          className="hidden"
          onChange={({ target }) => {
            add([...(target.files ?? [])]);
            target.value = "";
          }}
        />
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2">
        <label htmlFor={`${id}case`}>Into case</label>
        <input
          id={`${id}case`}
          className="field mono w-44"
          value={options.case}
          aria-invalid={!isNamed}
          maxLength={64}
          onChange={({ target }) => setOptions({ ...options, case: target.value })}
        />
        <label htmlFor={`${id}purpose`}>Purpose</label>
        <input
          id={`${id}purpose`}
          className="field min-w-48 grow"
          value={options.purpose}
          maxLength={1000}
          placeholder="why it is imported, for the ledger"
          onChange={({ target }) => setOptions({ ...options, purpose: target.value })}
        />
        {!isNamed && (
          <p role="alert" className="w-full text-red">
            A case is named by letters, digits, dot, dash and underscore.
          </p>
        )}
      </div>
      {list.length > 0 && (
        <ul aria-label="Imports" className="mt-3 flex flex-col gap-2">
          {list.map((one) => (
            <ImportLine key={one.id} one={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ImportLine({ one }: { one: ImportState }) {
  const { cancel, dismiss } = useImports();
  const isOpen = one.state === "waiting" || one.state === "running";
  const name = wireText(one.name);
  return (
    <li className="flex items-center gap-3 border-t border-line pt-2">
      <span className="mono w-56 shrink-0 truncate" title={name}>
        {name}
      </span>
      <div className="min-w-0 grow">
        <ImportOutcome one={one} />
      </div>
      {isOpen ? (
        <button
          type="button"
          className="button"
          aria-label={`Cancel the import of ${name}`}
          onClick={() => cancel(one.id)}
        >
          Cancel
        </button>
      ) : (
        <button
          type="button"
          className="button px-1.5"
          aria-label={`Take ${name} off this list`}
          onClick={() => dismiss(one.id)}
        >
          <X aria-hidden size={14} />
        </button>
      )}
    </li>
  );
}

function ImportOutcome({ one }: { one: ImportState }) {
  const packets = amountText(one.packets, "packet");
  switch (one.state) {
    case "waiting":
      return <p className="text-muted">waits for the file before it · {sizeText(one.bytes)}</p>;
    case "running":
      return (
        <>
          <ProgressLine
            label={one.done >= one.bytes ? "Sealing" : "Importing"}
            done={one.done}
            total={one.bytes}
            perSecond={one.perSecond}
            secondsLeft={one.secondsLeft}
            {...(one.packets > 0 && { more: `${packets}, ${amountText(one.flows, "flow")}` })}
          />
          <Link to={searchAddress({ case: one.case })}>Search what is read so far</Link>
        </>
      );
    case "cancelled":
      return <p role="status">Cancelled: nothing of it was kept, and the ledger says so.</p>;
    case "failed":
      return <Failed error={one.error} />;
    case "done":
      return (
        <p role="status">
          {one.isDuplicate
            ? `The same bytes are sealed already, as ${wireText(one.capture?.name ?? "")}: nothing was added. `
            : `Sealed with ${packets}. `}
          <Link to={searchAddress({ ...(one.capture && { case: one.capture.case }) })}>
            Search its connections
          </Link>
        </p>
      );
  }
}
