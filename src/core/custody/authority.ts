import type { Actor } from "./entry-types.ts";
import { PERMISSION_NAMES, type Permission } from "./roles.ts";

/** What whoever asks may do, as of now. */
export interface Authority {
  readonly actor: Actor;
  /** Null: the user of the operating system who owns the home. */
  readonly person: string | null;
  /** What let them in: a credential's id, or `link`; null for the owner. */
  readonly credential: string | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly cases: "*" | ReadonlySet<string>;
}

/** The authority of the user who owns the home's files, through one door. */
export function ownerAuthority(via: string): Authority {
  return {
    actor: { name: "owner", via },
    person: null,
    credential: null,
    permissions: new Set(PERMISSION_NAMES),
    cases: "*",
  };
}

/** Whether what belongs to a case is within an authority. */
export function coversCase({ cases }: Pick<Authority, "cases">, name: string): boolean {
  return cases === "*" || cases.has(name);
}
