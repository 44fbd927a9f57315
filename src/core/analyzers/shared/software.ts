import type { Conversation } from "./conversation.ts";
import type { Side } from "./side.ts";

/** A program that names itself on the wire. */
export interface SoftwareSighting {
  /** Zeek's kind of it: `HTTP::BROWSER`, `SSH::SERVER`. */
  readonly kind: string;
  /** What the program says of itself, as it says it. */
  readonly banner: string;
  /** Whose program it is. */
  readonly side: Side;
  /** Whose program it is where the side only passed it on: an address as four words. */
  readonly host?: Int32Array | undefined;
  /** Set for services: the responder's port is then told. */
  readonly isService?: boolean;
}

/** Keeps an inventory of the programs that assets run. */
export interface SoftwareInventory {
  saw(conversation: Conversation, sighting: SoftwareSighting): void;
}
