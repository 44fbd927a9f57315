import { useQueryClient } from "@tanstack/react-query";
import { Share2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { call, type Output } from "../client.ts";
import { useKeys } from "../parts/keys.ts";
import { Modal } from "../parts/modal.tsx";
import { Failed } from "../parts/states.tsx";
import { ownCase, useMe } from "../people/me.ts";
import { stampText, wireText } from "../text.ts";

const DAYS = [1, 7, 30, 90] as const;

/** What of the view its sharer chooses; its address is where he stands. */
interface ShareProps {
  readonly caseName: string | undefined;
  /** Cases that there are for whoever shares. */
  readonly cases: readonly string[];
}

/** Shares the present view by a link that ends. */
export function ShareView(props: ShareProps) {
  const [isOpen, setOpen] = useState(false);
  useKeys({ s: () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        className="button"
        title="Share this view"
        onClick={() => setOpen(true)}
      >
        <Share2 aria-hidden size={13} />
        Share
      </button>
      {isOpen && <ShareDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

function ShareDialog({ caseName, cases, close }: ShareProps & { close: () => void }) {
  const { data: me } = useMe();
  const seesAll = me?.cases === "*";
  const [title, setTitle] = useState("");
  const [days, setDays] = useState(7);
  const [of, setOf] = useState(caseName ?? (seesAll ? "" : ownCase(me)));
  const [made, setMade] = useState<Output<"share">>();
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const share = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setError(null);
    try {
      const address = location.pathname + location.search;
      const asked = { address, title: title.trim(), expires_days: days };
      setMade(await call("share", { ...asked, ...(of !== "" && { case: of }) }));
      await client.invalidateQueries({ queryKey: ["shares"] });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Modal title="Share this view" close={close}>
      {made !== undefined ? (
        <Shared made={made} close={close} />
      ) : (
        <form onSubmit={(event) => void share(event)}>
          <p className="mb-3 text-muted">
            A link to this view as it is now. Whoever opens it logs in first, and sees what his own
            role allows and nothing else. You can take it back among the case's shared views.
          </p>
          <label className="mb-3 flex flex-col font-semibold">
            Title
            <input
              className="field"
              maxLength={120}
              placeholder="what it shows"
              value={title}
              onChange={({ target }) => setTitle(target.value)}
            />
          </label>
          <div className="flex flex-wrap gap-3">
            <label className="flex flex-col font-semibold">
              For who may see
              <select className="field" value={of} onChange={({ target }) => setOf(target.value)}>
                {seesAll && <option value="">all cases</option>}
                {[...new Set([...cases, ...(of === "" ? [] : [of])])].map((name) => (
                  <option key={name} value={name}>
                    {wireText(name)}
                  </option>
                ))}
              </select>
            </label>
            <label className="flex flex-col font-semibold">
              Ends after
              <select
                className="field"
                value={days}
                onChange={({ target }) => setDays(Number(target.value))}
              >
                {DAYS.map((n) => (
                  <option key={n} value={n}>
                    {n === 1 ? "1 day" : `${n} days`}
                  </option>
                ))}
              </select>
            </label>
          </div>
          {error !== null && <Failed error={error} />}
          <div className="mt-4 flex justify-end gap-2">
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button type="submit" className="button button-main">
              Make a link and copy it
            </button>
          </div>
        </form>
      )}
    </Modal>
  );
}

/** The link, copied where the browser lets. */
function Shared({ made, close }: { made: Output<"share">; close: () => void }) {
  const [state, setState] = useState<"new" | "copied" | "refused">("new");
  const link = location.origin + made.path;
  const copy = async (): Promise<void> => {
    const isCopied = await navigator.clipboard.writeText(link).then(
      () => true,
      () => false, // the browser does not let: the link is there to be taken by hand
    );
    setState(isCopied ? "copied" : "refused");
  };
  return (
    <>
      <output className="mono block rounded border border-line p-2 break-all select-all">
        {link}
      </output>
      <p role="status" className="mt-2 text-muted">
        {state === "copied" && "Copied. "}
        {state === "refused" && "The browser did not let it be copied: take it by hand. "}
        It ends at {stampText(made.expires_at)} UTC.
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <button
          type="button"
          className="button"
          ref={(button) => {
            if (button === null || state !== "new") return;
            button.focus();
            void copy();
          }}
          onClick={() => void copy()}
        >
          Copy
        </button>
        <button type="button" className="button button-main" onClick={close}>
          Done
        </button>
      </div>
    </>
  );
}
