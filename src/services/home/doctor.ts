import { join } from "node:path";
import type { Operations, OutputOf } from "../../api/index.ts";
import { freeBytes, pathsOf, processPrivileges, statFile } from "../../platform/index.ts";
import type { WholeHome } from "./home.ts";
import { missingSegments } from "./rebuild.ts";

type Check = OutputOf<Operations["doctor"]>["checks"][number];

const SPACE_WARN_BYTES = 5e9;
const SPACE_BAD_BYTES = 5e8;

/** Whether this home and machine are fit for evidence; every line says what to do if not. */
export async function examine(home: WholeHome): Promise<{ ok: boolean; checks: Check[] }> {
  const checks = [
    ...(await modes(home)),
    privileges(),
    await space(home),
    key(home),
    ...(await passwords(home)),
    ...(await signIn(home)),
    clock(home),
    await index(home),
  ];
  return { ok: checks.every(({ state }) => state !== "bad"), checks };
}

async function modes(home: WholeHome): Promise<Check[]> {
  const { keys, ledger, vault, index: indexPath } = pathsOf(home.directory);
  const places = [
    home.directory,
    keys,
    ledger,
    vault,
    indexPath,
    join(keys, "home.key"),
    join(keys, "vault.identity"),
    join(keys, "people"),
  ];
  const open: string[] = [];
  for (const place of places) {
    const facts = await statFile(place);
    if (facts && (facts.mode & 0o077) !== 0) open.push(place);
  }
  if (open.length === 0)
    return [good("modes", "keys, ledger, vault and index can be read by their owner only")];
  return open.map((place) => bad("modes", `others may read ${place}`, `chmod go-rwx ${place}`));
}

function privileges(): Check {
  const { uid, effectiveCapabilities } = processPrivileges();
  if (uid === 0) {
    return warning(
      "privilege",
      "Holdfast runs as root, and needs nothing of it",
      "run it as an ordinary user who owns the home",
    );
  }
  if (effectiveCapabilities !== 0n)
    return warning(
      "privilege",
      "this process holds capabilities it does not need",
      "remove them from the node program",
    );
  return good("privilege", "this process holds no privilege");
}

async function space(home: WholeHome): Promise<Check> {
  const free = await freeBytes(home.directory);
  const says = `${(free / 1e9).toFixed(1)} GB free where the home lies`;
  if (free < SPACE_BAD_BYTES)
    return bad("space", says, "make room: an import that finds no space stops");
  if (free < SPACE_WARN_BYTES)
    return warning("space", says, "make room before importing large captures");
  return good("space", says);
}

function key(home: WholeHome): Check {
  if (home.keys.hasPassphrase) return good("key", "the vault's key is locked with a passphrase");
  return warning(
    "key",
    "the vault's key lies on the disk that it protects",
    "make homes with holdfast init --passphrase-file FILE",
  );
}

/** Passwords whose files are not those on record: they open nothing, and somebody changed them. */
async function passwords({ people }: WholeHome): Promise<Check[]> {
  const checks: Check[] = [];
  let count = 0;
  for (const { entry } of people.state.credentials.values()) {
    const { credential, check, person } = entry;
    if (check.kind !== "password") continue;
    count++;
    if (await people.passwords.isIntact({ credential, check })) continue;
    const name = people.state.people.get(person)?.entry.name ?? person;
    const says = `the file of ${name}'s password is missing or not the one on record`;
    checks.push(bad("passwords", says, `set another: holdfast people password ${name}`));
  }
  if (count > 0 && checks.length === 0)
    checks.push(good("passwords", `${count} on this disk, each as it is on record`));
  return checks;
}

/** Whether the client's secret is there; the provider itself is asked when somebody signs in. */
async function signIn({ people: { provider } }: WholeHome): Promise<Check[]> {
  if (provider === undefined) return [];
  const { name, clientSecret } = provider.settings;
  if (await provider.hasSecret()) return [good("sign-in", `people may sign in with ${name}`)];
  const place = Object.entries(clientSecret ?? {})
    .flat()
    .join(" ");
  const says = `there is no client secret for ${name} in ${place}`;
  return [bad("sign-in", says, "put it there, readable by the home's owner only")];
}

function clock(home: WholeHome): Check {
  const newest = [...home.projection.captures.values()].at(-1)?.at;
  if (newest !== undefined && Date.parse(newest) > Date.now() + 60_000) {
    return bad(
      "clock",
      `this machine's clock is behind the ledger, which was written until ${newest}`,
      "set the clock: entries carry its time",
    );
  }
  return good("clock", "the clock is not behind the ledger");
}

async function index(home: WholeHome): Promise<Check> {
  const missing = await missingSegments(home);
  if (missing.length === 0) return good("index", "the index holds every sealed segment");
  return warning(
    "index",
    `the index lacks ${missing.length} sealed segments`,
    "run holdfast reindex",
  );
}

function good(name: string, says: string): Check {
  return { name, state: "good", says, remedy: null };
}

function warning(name: string, says: string, remedy: string): Check {
  return { name, state: "warning", says, remedy };
}

function bad(name: string, says: string, remedy: string): Check {
  return { name, state: "bad", says, remedy };
}
