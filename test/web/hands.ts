import type { Page } from "playwright-core";
import { expect } from "vitest";
import { tabTo } from "./served-home.ts";

type Role = Parameters<typeof tabTo>[1];

/** How somebody works the page: with a mouse, or with the keyboard alone. */
export interface Hand {
  readonly name: string;
  /** Activates a link, a button or a tab. */
  press(page: Page, role: Role, name: string | RegExp): Promise<void>;
  /** Writes into a field, over what it holds. */
  write(page: Page, name: string | RegExp, text: string): Promise<void>;
  /** Opens a page of the rail: its keys, and what the rail calls it. */
  go(page: Page, keys: string, label: string): Promise<void>;
  /** Asks a question of the query bar. */
  ask(page: Page, query: string): Promise<void>;
  /** Opens the first row of a table. */
  openFirst(page: Page, table: string): Promise<void>;
  /** Leads to another tab of a connection. */
  tab(page: Page, name: string): Promise<void>;
}

/** Says the purpose that a read asks for; the dialog has the focus in its field. */
export async function sayPurpose(page: Page, purpose: string): Promise<void> {
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type(purpose);
  await page.keyboard.press("Enter");
}

export const mouse: Hand = {
  name: "mouse",
  press: (page, role, name) => page.getByRole(role, { name }).first().click(),
  write: async (page, name, text) => {
    const field = page.getByRole("textbox", { name }).first();
    await field.click();
    await field.fill(text);
  },
  go: (page, _keys, label) =>
    page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: label }).click(),
  ask: async (page, query) => {
    const bar = page.getByRole("combobox", { name: "Query" });
    await bar.click();
    await bar.fill(query);
    await page.getByRole("button", { name: "Run" }).click();
  },
  openFirst: (page, table) =>
    page.getByRole("grid", { name: table }).getByRole("row").nth(1).dblclick(),
  tab: (page, name) => page.getByRole("tab", { name }).click(),
};

/** Every step is a listed key, Tab or Enter; what has the focus is seen to have it. */
export const keyboard: Hand = {
  name: "keyboard",
  press: async (page, role, name) => {
    await reach(page, role, name);
    await page.keyboard.press("Enter");
  },
  write: async (page, name, text) => {
    await reach(page, "textbox", name);
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(text);
  },
  go: async (page, keys) => {
    for (const key of keys.split(" ")) await page.keyboard.press(key);
  },
  ask: async (page, query) => {
    await page.keyboard.press("/");
    await expectFocusSeen(page);
    await page.keyboard.type(query);
    await page.keyboard.press("Enter");
  },
  openFirst: async (page, table) => {
    await reach(page, "grid", table);
    await page.keyboard.press("Enter");
  },
  tab: async (page, name) => {
    const chosen = page.getByRole("tab", { selected: true }).first();
    await reach(page, "tab", (await chosen.textContent()) ?? "");
    for (let n = 0; n < 3 && (await chosen.textContent()) !== name; n++)
      await page.keyboard.press("ArrowRight");
    await expectFocusSeen(page);
  },
};

async function reach(page: Page, role: Role, name: string | RegExp): Promise<void> {
  await tabTo(page, role, name);
  await expectFocusSeen(page);
}

/** Runs in the page: whether what has the focus has a mark of it and is in sight. */
const SEEN = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const { top, bottom, left, right } = element.getBoundingClientRect();
  const isMarked = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  const isInSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  const isSeen = element.matches(":focus-visible") && isMarked && isInSight;
  return isSeen ? "seen" : element.outerHTML.slice(0, 200);
})()`;

async function expectFocusSeen(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(SEEN)).toBe("seen");
}

/** Fails the page's test if anything is done with a mouse. */
export async function forbidMouse(page: Page): Promise<void> {
  await page.context().addInitScript({
    content: `for (const type of ["pointerdown", "mousedown", "wheel"])
      addEventListener(type, () => console.error("a mouse was used: " + type), true);`,
  });
}
