import { useEffect, useRef } from "react";

/** What each key does on a page; `g s` is two keys, one after the other. */
export type KeyMap = Readonly<Record<string, () => void>>;

const SEQUENCE_MS = 1_000;

/** Listens for keys wherever the focus is, except where a person writes or a dialog is open. */
export function useKeys(map: KeyMap): void {
  const latest = useRef(map);
  latest.current = map;
  useEffect(() => {
    let prefix = { key: "", atMs: 0 };
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isWriting(event.target) || document.querySelector("dialog[open]") !== null) return;
      const { key, timeStamp } = event;
      const isSecond = timeStamp - prefix.atMs < SEQUENCE_MS;
      const sequence = isSecond ? latest.current[`${prefix.key} ${key}`] : undefined;
      const action = sequence ?? latest.current[key];
      prefix = { key: sequence === undefined ? key : "", atMs: timeStamp };
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
