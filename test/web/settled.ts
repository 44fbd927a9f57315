import type { BrowserContext, Page, Request } from "playwright-core";

const QUIET_MS = 100;
const LATEST_MS = 30_000;
const asked = new WeakMap<BrowserContext, { open: Set<Request>; changedMs: number }>();

/** Counts what the pages of a browser ask for, so that `settled` knows when all was answered. */
export function countRequests(context: BrowserContext): void {
  const own = { open: new Set<Request>(), changedMs: Date.now() };
  asked.set(context, own);
  const end = (request: Request): void => {
    own.open.delete(request);
    own.changedMs = Date.now();
  };
  context.on("request", (request) => {
    own.open.add(request);
    own.changedMs = Date.now();
  });
  context.on("requestfinished", end);
  context.on("requestfailed", end);
}

/** Runs in the page: whether anything says that it is under way. */
const WAITS = `(() => {
  if (document.querySelector("main") === null) return true;
  const ends = (selector, text) =>
    [...document.querySelectorAll(selector)].some(({ textContent }) => textContent.endsWith(text));
  return ends("[role=status]", "…") || ends("[role=gridcell]", "fetching…");
})()`;

/** Waits until a page shows all it has: everything asked is answered, nothing is said to be under way. */
export async function settled(page: Page): Promise<void> {
  const own = asked.get(page.context());
  if (own === undefined) throw new Error("the requests of this page are not counted");
  for (const beganMs = Date.now(); Date.now() - beganMs < LATEST_MS; ) {
    const isQuiet = own.open.size === 0 && Date.now() - own.changedMs >= QUIET_MS;
    if (isQuiet && !(await page.evaluate(WAITS))) return;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 4));
  }
  const open = [...own.open].map((request) => request.url()).join(" ");
  throw new Error(`the page does not come to rest: ${open || page.url()}`);
}
