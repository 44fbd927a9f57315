import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Operation, type OperationName, operations } from "../../src/api/index.ts";
import { type Authority, ownerAuthority, type Role } from "../../src/core/custody/index.ts";
import { writeIncident } from "../../src/core/traffic/index.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { createHandlers, createHome, WholeHome } from "../../src/services/home/index.ts";
import { disagreeing } from "../web/captures.ts";

export const PASSWORD = "a good long password";
/** Two cases: what is in the second is what nobody of the first may learn. */
export const OWN = "OWN-1";
export const OTHER = "OTHER-2";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** How a request says who asks. */
export type Who = Readonly<Record<string, string>>;

/** Ids of everything a case has. */
export interface Ids {
  readonly case: string;
  readonly capture: string;
  readonly segment: string;
  readonly uid: string;
  readonly fuid: string;
  readonly attachment: string;
  readonly note: string;
  readonly saved: string;
  readonly share: string;
}

/** A home with two cases, served in this process, and people who ask it over HTTP. */
export class PeopleServer {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-people-"));
  readonly #owner = ownerAuthority("cli");
  readonly context = { actor: this.#owner.actor, signal: new AbortController().signal };
  home!: WholeHome;
  #server!: RunningServer;

  /** `config` is what stands in the home's `config.yaml`. */
  async start(config = "", origin?: string): Promise<void> {
    const options = { directory: join(this.folder, "home"), version: "test", indexMemoryMib: 64 };
    await createHome({ ...options, actor: this.context.actor });
    writeFileSync(join(options.directory, "config.yaml"), config);
    this.home = await WholeHome.open(options);
    this.#server = await startServer({
      handlersFor: (authority: Authority) => createHandlers(this.home, authority),
      people: this.home.people,
      socket: join(this.folder, "socket"),
      port: 0,
      origin,
    });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.home.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get owner() {
    return createHandlers(this.home, this.#owner);
  }

  get address(): string {
    return this.#server.address;
  }

  loginLink(): string {
    return this.#server.loginLink();
  }

  /** Adds a person with a password; the cookie of a session comes with the id. */
  async add(name: string, role: Role, cases: "*" | string[] = [OWN]) {
    const { person } = await this.owner.addPerson({ name, roles: [role], cases }, this.context);
    await this.owner.setPassword({ person, password: PASSWORD }, this.context);
    return { person, cookie: await this.login(name) };
  }

  async login(name: string, password = PASSWORD): Promise<string> {
    const answer = await fetch(`${this.address}/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, password }),
    });
    const cookie = answer.headers.get("set-cookie");
    if (cookie === null) throw new Error(`${name} is not let in: ${await answer.text()}`);
    return cookie.split(";")[0]!;
  }

  async token(person: string, scopes: string[], cases?: string[]): Promise<Who & { id: string }> {
    const input = { person, scopes, expires_days: 1, label: "", ...(cases && { cases }) };
    const parsed = operations.createToken.input.parse(input);
    const { token, credential } = await this.owner.createToken(parsed, this.context);
    return { authorization: `Bearer ${token}`, id: credential };
  }

  /** Asks an operation as a client would. */
  async ask(name: OperationName, input: Record<string, unknown>, who: Who = {}): Promise<Answer> {
    const operation: Operation = operations[name];
    const fields = { ...input };
    const path = operation.path.replace(/:(\w+)/g, (_, key: string) => {
      const value = encodeURIComponent(String(fields[key]));
      delete fields[key];
      return value;
    });
    const inBody = operation.method === "POST" && operation.takesBody !== true;
    const search = new URLSearchParams(
      Object.entries(inBody ? {} : fields).map(([key, value]): [string, string] => [
        key,
        String(value),
      ]),
    );
    const { id: _, ...headers } = who;
    const type = inBody ? "application/json" : "application/octet-stream";
    const isPost = operation.method === "POST";
    const response = await fetch(`${this.address}${path}?${search}`, {
      method: operation.method,
      headers: { ...headers, ...(isPost && { "content-type": type }) },
      ...(isPost && { body: inBody ? JSON.stringify(fields) : "CLIENT_RANDOM 00 00\n" }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** Imports a capture into a case, and puts one of everything beside it. */
  async fill(name: string, bytes: Iterable<Uint8Array>, q: string): Promise<Ids> {
    const { owner, context } = this;
    const upload = operations.importUpload.input.parse({ name: `${name}.pcapng`, case: name });
    let capture = "";
    for await (const event of owner.importUpload(upload, { ...context, body: pieces(bytes) })) {
      if (event.type === "failed") throw new Error(event.message);
      if (event.type === "done") capture = event.capture.capture;
    }
    const asked = { q, case: name, log: "conn", limit: 1 };
    const found = await owner.query(operations.query.input.parse(asked), context);
    const uid = String(found.rows[0]!["uid"]);
    const files = { q: "", case: name, log: "files", limit: 1 };
    const file = (await owner.query(operations.query.input.parse(files), context)).rows[0];
    const fuid = String(file?.["fuid"] ?? "");
    const { segments } = await owner.segments({ case: name }, context);
    const log = {
      ...context,
      body: pieces([Buffer.from(`CLIENT_RANDOM ${"0a".repeat(32)} 0b\n`)]),
    };
    const keys = operations.attachKeyLog.input.parse({ name: `${name}.keys`, case: name });
    await owner.attachKeyLog(keys, log);
    const attachment =
      fuid === "" ? "" : (await owner.sealObject({ fuid, purpose: "" }, context)).attachment;
    const remark = { case: name, text: `note of ${name}`, tags: [] };
    const { note } = await owner.addNote(remark, context);
    const search = { case: name, name: `search of ${name}`, address: `/search?case=${name}` };
    const { saved } = await owner.saveQuery(search, context);
    const view = { address: `/search?case=${name}`, title: "", expires_days: 7 };
    const { share } = await owner.share({ case: name, ...view }, context);
    return {
      case: name,
      capture,
      segment: segments[0]!.segment,
      uid,
      fuid,
      attachment,
      note,
      saved,
      share,
    };
  }

  async fillBoth(): Promise<{ own: Ids; other: Ids }> {
    return {
      own: await this.fill(OWN, [disagreeing()], ""),
      other: await this.fill(OTHER, writeIncident(), "conn.orig_bytes > 10MB"),
    };
  }

  /** Entries of a type, aggregated ones as often as they count. */
  async count(type: string): Promise<number> {
    let sum = 0;
    for (const entry of await this.home.ledger.read(0, this.home.ledger.size)) {
      if (entry.type === type) sum += (entry as { count?: number }).count ?? 1;
    }
    return sum;
  }
}

async function* pieces(bytes: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
}
