import { sizeText } from "../../../src/core/base/index.ts";
import { amountText, wireText } from "../text.ts";

type Entry = Readonly<Record<string, unknown>>;

/** What an entry says, in one line; a type of a later version is shown by its case alone. */
export function entrySentence(entry: Entry): string {
  const text = (key: string): string => String(entry[key] ?? "");
  const because = text("purpose") === "" ? "" : `: ${text("purpose")}`;
  const sentences: Readonly<Record<string, () => string>> = {
    "home.create": () => `home ${text("origin")} was made`,
    "attachment.seal": () =>
      `${text("kind")} ${text("name")} sealed as an attachment of ${text("case")}${because}`,
    "read.attachment": () =>
      `attachment ${text("attachment")} of ${text("case")} taken out${because}`,
    "note.add": () => `note on ${aboutOf(entry)}: ${text("text")}`,
    "note.withdraw": () => `note ${text("note")} taken back${reasonOf(text("reason"))}`,
    "query.save": () => `search ${text("name")} kept for ${caseOf(text("case"))}`,
    "query.forget": () => `kept search ${text("saved")} forgotten`,
    "share.create": () =>
      `view ${text("title") || text("address")} shared with ${caseOf(text("case"))}, until ${text("expires_at")}`,
    "share.revoke": () => `share ${text("share")} taken back${reasonOf(text("reason"))}`,
    "key.accept": () => `accepted: ${[entry["accepts"]].flat().join(", ")}`,
    "case.open": () => `case ${text("case")} opened${because}`,
    "import.start": () => `import of ${nameOf(entry["file"])} into ${text("case")} began${because}`,
    "segment.seal": () =>
      `segment ${text("segment")} sealed: ${amountText(Number(entry["packets"]), "packet")}, ${sizeText(Number(entry["plaintext_bytes"]))}, SHA-256 ${text("plaintext_sha256")}`,
    "import.end": () =>
      `import of ${text("capture")} done: ${amountText(Number(entry["packets"]), "packet")}`,
    "import.abandon": () => `import of ${text("capture")} given up: ${text("reason")}`,
    "read.packets": () =>
      `${amountText(Number(entry["packets"]), "packet")} of ${text("case")} read by ${text("query") || "everything"}${because}`,
    "read.metadata": () =>
      `asked of ${caseOf(text("case"))}: ${[entry["queries"]].flat().map(queryText).join("; ")}`,
    ...personSentences(entry, text),
    "segment.destroy": () => `segment ${text("segment")} destroyed: ${text("reason")}`,
  };
  return wireText(sentences[text("type")]?.() ?? text("case"));
}

/** What is said of people, and of those who were not let in. */
function personSentences(
  entry: Entry,
  text: (key: string) => string,
): Readonly<Record<string, () => string>> {
  const listOf = (key: string): string => [entry[key]].flat().join(", ");
  const times = Number(entry["count"]) > 1 ? `, ${amountText(Number(entry["count"]), "time")}` : "";
  const kindOf = (): string => String((entry["check"] as { kind?: unknown } | undefined)?.kind);
  const labelOf = (): string => (text("label") === kindOf() ? "" : ` ${text("label")}`);
  const who = text("person") === "" ? "somebody" : `person ${text("person")}`;
  return {
    "person.set": () =>
      `${text("name")} (${text("person")}) is ${listOf("roles")} of ${caseOf(listOf("cases")) || "no case"}`,
    "person.remove": () => `${text("name")} (${text("person")}) removed`,
    "credential.add": () =>
      `${kindOf() === "oidc" ? "account" : kindOf()}${labelOf()} of person ${text("person")} added`,
    "credential.revoke": () =>
      `credential ${text("credential")} of person ${text("person")} revoked${reasonOf(text("reason"))}`,
    "enrolment.open": () => `link made for person ${text("person")}, until ${text("expires_at")}`,
    "session.open": () => `person ${text("person")} let in by ${text("credential")}`,
    "session.refuse": () => `${who} not let in from ${text("address")}: ${text("reason")}${times}`,
    "access.deny": () =>
      `${text("operation")} ${text("about")} refused to ${who}: ${text("reason")}${times}`,
  };
}

/** `log: query`, of which the query may be empty. */
function queryText(query: unknown): string {
  return String(query).replace(/: $/, ": everything");
}

function nameOf(file: unknown): string {
  return String((file as { name?: unknown } | undefined)?.name ?? "a file");
}

function aboutOf(entry: Entry): string {
  const { uid, packet } = (entry["about"] ?? {}) as { uid?: string; packet?: unknown };
  if (uid === undefined) return `case ${String(entry["case"])}`;
  return packet === undefined ? `connection ${uid}` : `a packet of connection ${uid}`;
}

function reasonOf(reason: string): string {
  return reason === "" ? "" : `: ${reason}`;
}

function caseOf(name: string): string {
  return name === "*" ? "all cases" : name;
}
