import { focusManager } from "@tanstack/react-query";
import { useEffect } from "react";

const AWAY_MS = 10 * 60_000;
const INPUTS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/**
 * Stops what the page asks by itself when nobody has touched it for long: else a session whose person
 * went away would be used for ever, and never end for want of use.
 */
export function useAway({ isWorking }: { readonly isWorking: boolean }): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const meet = (): void => {
      clearTimeout(timer);
      // Undefined: the browser's own word on whether the page is seen.
      focusManager.setFocused(undefined);
      if (!isWorking) timer = setTimeout(() => focusManager.setFocused(false), AWAY_MS);
    };
    meet();
    for (const input of INPUTS) addEventListener(input, meet, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const input of INPUTS) removeEventListener(input, meet);
    };
  }, [isWorking]);
}
