import {
  PERMISSIONS,
  permissionsOf,
  ROLE_NAMES,
  ROLE_SENTENCES,
  type Role,
} from "../../../src/core/custody/index.ts";

/** What each role is for and what it may do. */
export function RolesPane() {
  return (
    <details className="pane px-3 py-2">
      <summary className="heading cursor-pointer">What the roles may do</summary>
      <div className="mt-2 grid gap-3 md:grid-cols-2">
        {ROLE_NAMES.map((role) => (
          <section key={role} aria-label={role}>
            <h3 className="font-semibold">
              {role} <span className="font-normal text-muted">{ROLE_SENTENCES[role]}</span>
            </h3>
            <RolePermissions roles={[role]} />
          </section>
        ))}
      </div>
    </details>
  );
}

/** All that these roles open together. */
export function RolePermissions({ roles }: { roles: readonly Role[] }) {
  const all = [...permissionsOf(roles)].filter((one) => one !== "known");
  return (
    <ul className="ml-4 list-disc text-muted">
      {all.map((one) => (
        <li key={one}>
          <span className="text-ink">{one}</span> {PERMISSIONS[one]}
        </li>
      ))}
    </ul>
  );
}
