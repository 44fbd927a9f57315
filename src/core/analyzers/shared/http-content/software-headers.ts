import type { Conversation } from "../conversation.ts";
import type { Side } from "../side.ts";
import type { SoftwareInventory } from "../software.ts";

interface HeaderKind {
  readonly side: Side;
  readonly kind: string;
  /** Put in front where the header gives the version alone. */
  readonly prefix?: string;
}

const HEADERS: ReadonlyMap<string, HeaderKind> = new Map<string, HeaderKind>([
  ["user-agent", { side: 0, kind: "HTTP::BROWSER" }],
  ["x-flash-version", { side: 0, kind: "HTTP::BROWSER_PLUGIN", prefix: "Flash/" }],
  ["server", { side: 1, kind: "HTTP::SERVER" }],
  ["x-powered-by", { side: 1, kind: "HTTP::APPSERVER" }],
  ["microsoftsharepointteamservices", { side: 1, kind: "HTTP::APPSERVER", prefix: "SharePoint/" }],
]);

/** Tells the inventory of programs what headers say: a text again only after another. */
export class SoftwareHeaders {
  readonly #conversation: Conversation;
  readonly #software: SoftwareInventory;
  readonly #told = new Map<string, string>();

  constructor(conversation: Conversation, software: SoftwareInventory) {
    this.#conversation = conversation;
    this.#software = software;
  }

  /** `text` gives the header's value; it is asked for only where the header names a program. */
  header(side: Side, name: string, text: () => string): void {
    const header = HEADERS.get(name);
    if (header === undefined || header.side !== side) return;
    const value = text();
    if (this.#told.get(name) === value) return;
    this.#told.set(name, value);
    const { kind, prefix = "" } = header;
    // AdobeAIR brings a player of its own.
    const isAir = prefix === "Flash/" && this.#told.get("user-agent")?.includes("AdobeAIR");
    const banner = `${isAir ? "AdobeAIR-" : ""}${prefix}${value}`;
    this.#software.saw(this.#conversation, { kind, banner, side, isService: side === 1 });
  }
}
