import type { BrowserContext, Page } from "playwright-core";
import { MARKER } from "../support/hostile-strings.ts";

/** What a page shows of planted strings, and what it did with them that it should not. */
export interface Inspection {
  readonly markers: readonly string[];
  readonly faults: readonly string[];
}

/** Asks of the pages that are open that they never run, open, fetch or build anything that was planted. */
export function watch(context: BrowserContext, origin: string): string[] {
  const faults: string[] = [];
  context.on("request", (request) => {
    const url = request.url();
    const isOurs = url.startsWith(`${origin}/`) || /^(blob|data):/.test(url);
    if (!isOurs) faults.push(`asked ${url}`);
  });
  context.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("page", (page) => faults.push(`opened ${page.url()}`));
  for (const page of context.pages()) {
    page.on("download", (download) => {
      const name = download.suggestedFilename();
      if (!/^[A-Za-z0-9]+\.(bin|pcapng)$/.test(name)) faults.push(`download named ${name}`);
    });
  }
  return faults;
}

/**
 * Runs in the page: everything that carries a marker as anything but text, every element that no page of
 * ours has, and every letter that would turn or hide its neighbours.
 */
const INSPECT = `(() => {
  const marker = ${MARKER};
  const every = new RegExp(marker.source, "g");
  const obeyed = /[^\\P{Cc}\\n\\t]|[\\p{Cf}\\p{Zl}\\p{Zp}]/u;
  const spoken = new Set(["title", "aria-label", "value", "placeholder", "aria-valuetext", "data-value"]);
  const foreign = "iframe,object,embed,base,meta[http-equiv],frame,applet,math,video,audio,template,form[action]";
  const faults = [];
  const markers = new Set();
  const ours = (address) => {
    const { origin, protocol } = new URL(address, location.href);
    return origin === location.origin && protocol === location.protocol;
  };
  for (const element of document.querySelectorAll("*")) {
    const name = element.tagName.toLowerCase();
    if (marker.test(name)) faults.push("element " + name);
    if (element.matches(foreign)) faults.push("element " + element.outerHTML.slice(0, 120));
    if (name === "script" && !ours(element.src || "x:")) faults.push("script " + element.outerHTML.slice(0, 120));
    for (const { name: attribute, value } of element.attributes) {
      const said = name + " " + attribute + "=" + value.slice(0, 120);
      if (marker.test(attribute) || attribute.startsWith("on")) faults.push(said);
      if (attribute === "href" || attribute === "src" || attribute === "action") {
        const isMark = name === "link" && value.startsWith("data:image/svg+xml");
        if (!isMark && !ours(value)) faults.push(said);
      } else if (spoken.has(attribute)) {
        if (!attribute.endsWith("value") && obeyed.test(value)) faults.push("not written out: " + said);
      } else if (marker.test(value)) faults.push(said);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data;
    for (const one of text.match(every) ?? []) markers.add(one);
    if (obeyed.test(text)) faults.push("not written out: " + JSON.stringify(text.slice(0, 120)));
  }
  if (window.hfxRan !== undefined) faults.push("ran: " + window.hfxRan);
  if (!document.title.endsWith(" · Holdfast")) faults.push("title " + document.title);
  if (marker.test(document.title)) faults.push("title " + document.title);
  return { markers: [...markers], faults: [...new Set(faults)] };
})()`;

/** Looks at the whole page as it stands. */
export async function inspect(page: Page): Promise<Inspection> {
  return (await page.evaluate(INSPECT)) as Inspection;
}
