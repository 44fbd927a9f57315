import type { BodyExpected } from "./entity-framing.ts";
import type { EntityHost } from "./http-entity.ts";
import { HttpEntity } from "./http-entity.ts";

/** A request or a reply under way: its entities, until the outermost is over. */
export class HttpMessage {
  readonly top: HttpEntity;
  current: HttpEntity | undefined;
  isFinished = false;
  bodyLength = 0;

  constructor(host: EntityHost, bodyExpected: BodyExpected) {
    this.top = new HttpEntity(host, undefined, bodyExpected);
    this.current = this.top;
  }

  deliver(bytes: Uint8Array, hasEnd: boolean, position: number): void {
    this.top.deliver(bytes, hasEnd, position);
  }

  gap(length: number): boolean {
    return (this.current ?? this.top).gap(length);
  }

  /** An entity is over; the parent goes on. */
  ended(entity: HttpEntity): void {
    if (entity === this.top) this.bodyLength += entity.bodyLength;
    this.current = entity.parent;
  }
}
