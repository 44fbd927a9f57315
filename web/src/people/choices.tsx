import {
  PERMISSION_NAMES,
  PERMISSIONS,
  type Permission,
  ROLE_NAMES,
  ROLE_SENTENCES,
  type Role,
} from "../../../src/core/custody/index.ts";

/** The roles that one may give, each with what it is for; only an owner makes an owner. */
export function RolesChoice(props: {
  chosen: readonly Role[];
  choose: (roles: readonly Role[]) => void;
  isOwner: boolean;
}) {
  const offered = ROLE_NAMES.filter((role) => role !== "owner" || props.isOwner);
  return (
    <Choices
      {...props}
      legend="Roles"
      offered={offered.map((role) => [role, ROLE_SENTENCES[role]])}
    />
  );
}

/** What a token may do, of what its person may; it never changes credentials. */
export function ScopesChoice(props: {
  chosen: readonly Permission[];
  choose: (scopes: readonly Permission[]) => void;
  own: ReadonlySet<Permission>;
}) {
  const offered = PERMISSION_NAMES.filter(
    (one) => one !== "known" && one !== "self" && props.own.has(one),
  );
  return (
    <Choices {...props} legend="May do" offered={offered.map((one) => [one, PERMISSIONS[one]])} />
  );
}

function Choices<T extends string>(props: {
  legend: string;
  offered: readonly (readonly [name: T, says: string])[];
  chosen: readonly T[];
  choose: (chosen: readonly T[]) => void;
}) {
  const { legend, offered, chosen, choose } = props;
  return (
    <fieldset>
      <legend className="font-semibold">{legend}</legend>
      <div className="grid gap-x-6 gap-y-0.5 lg:grid-cols-2">
        {offered.map(([name, says]) => (
          <label key={name} className="flex items-baseline gap-2">
            <input
              type="checkbox"
              className="translate-y-0.5"
              checked={chosen.includes(name)}
              onChange={({ target }) =>
                choose(
                  target.checked ? [...chosen, name] : chosen.filter((other) => other !== name),
                )
              }
            />
            <span>
              <span className="font-semibold">{name}</span>{" "}
              <span className="text-muted">{says}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
