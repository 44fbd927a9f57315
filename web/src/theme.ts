import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const KEY = "holdfast.theme";
const CHANGED = "holdfast-theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Puts on the theme that this person chose, if he did; before the first paint. */
export function applyTheme(): void {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  applyTheme();
  dispatchEvent(new Event(CHANGED));
}

/** The theme that is shown now; renders anew when it changes. */
export function useTheme(): Theme {
  return useSyncExternalStore(
    (changed) => {
      addEventListener(CHANGED, changed);
      prefersDark.addEventListener("change", changed);
      return () => {
        removeEventListener(CHANGED, changed);
        prefersDark.removeEventListener("change", changed);
      };
    },
    () => {
      const chosen = document.documentElement.dataset["theme"];
      if (chosen === "light" || chosen === "dark") return chosen;
      return prefersDark.matches ? "dark" : "light";
    },
  );
}

/** A colour of the theme as the canvas wants it: a property alone would read as `light-dark(…)`. */
export function colourOf(element: HTMLElement, name: string): string {
  const before = element.style.color;
  element.style.color = `var(--${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = before;
  return color;
}
