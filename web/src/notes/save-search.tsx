import { useQueryClient } from "@tanstack/react-query";
import { Bookmark } from "lucide-react";
import { useId, useState } from "react";
import { call } from "../client.ts";
import { Modal } from "../parts/modal.tsx";
import { Failed } from "../parts/states.tsx";

/** Keeps the present search, all that is chosen in it, under a name. */
export function SaveSearch({ caseName }: { caseName: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button"
        title="Keep this search"
        onClick={() => setOpen(true)}
      >
        <Bookmark aria-hidden size={13} />
        Save
      </button>
      {isOpen && <SaveDialog caseName={caseName} close={() => setOpen(false)} />}
    </>
  );
}

function SaveDialog({ caseName, close }: { caseName: string | undefined; close: () => void }) {
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const id = useId();
  const save = async (): Promise<void> => {
    try {
      const address = location.pathname + location.search;
      await call("saveQuery", { name, address, ...(caseName !== undefined && { case: caseName }) });
      await client.invalidateQueries({ queryKey: ["saved"] });
      close();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Modal title="Save this search" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p className="mb-3 text-muted">
          For everybody of {caseName === undefined ? "this home" : `case ${caseName}`}: query, time
          range, log and columns as they are now. Whoever opens it sees what his own role allows.
        </p>
        <label htmlFor={id} className="font-semibold">
          Name
        </label>
        <input
          id={id}
          className="field mt-1 w-full"
          maxLength={80}
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
        {error !== null && <Failed error={error} />}
        <div className="mt-4 flex justify-end gap-2">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button button-main" disabled={name.trim() === ""}>
            Save
          </button>
        </div>
      </form>
    </Modal>
  );
}
