import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { Modal } from "../parts/modal.tsx";
import type { FieldFacts } from "../questions.ts";

interface DialogProps {
  readonly log: string;
  readonly fields: readonly FieldFacts[];
  readonly chosen: readonly FieldFacts[];
  /** Undefined goes back to what the log shows first. */
  readonly choose: (names: readonly string[] | undefined) => void;
  readonly close: () => void;
}

/** Which fields of a log are columns, in which order; each with its sentence. */
export function ColumnDialog({ log, fields, chosen, choose, close }: DialogProps) {
  const [wanted, setWanted] = useState("");
  const names = chosen.map(({ name }) => name);
  const move = (from: number, to: number): void => {
    const next = [...names];
    next.splice(to, 0, ...next.splice(from, 1));
    choose(next);
  };
  const toggle = (name: string): void => {
    const next = names.includes(name) ? names.filter((one) => one !== name) : [...names, name];
    if (next.length > 0) choose(next);
  };
  const rest = fields.filter(({ name }) => !names.includes(name));
  const isWanted = ({ name, says }: FieldFacts): boolean =>
    `${name} ${says}`.toLowerCase().includes(wanted.toLowerCase());
  return (
    <Modal title={`Columns of ${log}`} close={close}>
      <div className="mb-2 flex gap-2">
        <input
          className="field grow"
          aria-label="Find a field"
          placeholder="find a field"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
        <button type="button" className="button" onClick={() => choose(undefined)}>
          The usual ones
        </button>
      </div>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        tabIndex={0}
        aria-label="Fields"
        className="max-h-[58vh] overflow-auto"
      >
        <h3 className="heading">Shown</h3>
        <ol aria-label="Columns shown">
          {chosen.map((field, n) => (
            <FieldLine key={field.name} field={field} isShown toggle={toggle}>
              <OrderButton
                label={`${field.name} earlier`}
                isOff={n === 0}
                move={() => move(n, n - 1)}
                Icon={ArrowUp}
              />
              <OrderButton
                label={`${field.name} later`}
                isOff={n === names.length - 1}
                move={() => move(n, n + 1)}
                Icon={ArrowDown}
              />
            </FieldLine>
          ))}
        </ol>
        <h3 className="heading mt-3">Not shown</h3>
        <ul aria-label="Fields not shown">
          {rest.filter(isWanted).map((field) => (
            <FieldLine key={field.name} field={field} toggle={toggle} />
          ))}
        </ul>
        {rest.filter(isWanted).length === 0 && (
          <p role="status" className="text-muted">
            {rest.length === 0 ? "Every field is shown." : "No other field is called so."}
          </p>
        )}
      </section>
    </Modal>
  );
}

function FieldLine(props: {
  field: FieldFacts;
  isShown?: boolean;
  toggle: (name: string) => void;
  children?: React.ReactNode;
}) {
  const { field, isShown = false, toggle } = props;
  return (
    <li className="flex items-start gap-2 border-b border-line/60 py-1">
      <label className="flex min-w-0 grow items-start gap-2">
        <input
          type="checkbox"
          className="mt-1"
          checked={isShown}
          onChange={() => toggle(field.name)}
        />
        <span className="min-w-0">
          <span className="mono">{field.name}</span>{" "}
          <span className="text-muted">{field.says}</span>
        </span>
      </label>
      {props.children}
    </li>
  );
}

function OrderButton(props: {
  label: string;
  isOff: boolean;
  move: () => void;
  Icon: typeof ArrowUp;
}) {
  return (
    <button
      type="button"
      className="button min-h-0 px-1 py-0.5"
      aria-label={props.label}
      disabled={props.isOff}
      onClick={props.move}
    >
      <props.Icon aria-hidden size={13} />
    </button>
  );
}
