import type { BugCapture, Shown } from "./bug-capture.ts";
import { DATABASE_CAPTURES } from "./database-captures.ts";
import { DIRECTORY_CAPTURES } from "./directory-captures.ts";
import { DNS_CAPTURES } from "./dns-captures.ts";
import { HTTP_CAPTURES } from "./http-captures.ts";
import { HTTP2_CAPTURES } from "./http2-captures.ts";
import { INDUSTRY_CAPTURES } from "./industry-captures.ts";
import { MAIL_CAPTURES } from "./mail-captures.ts";
import { NETWORK_CAPTURES } from "./network-captures.ts";
import { SSH_CAPTURES } from "./ssh-captures.ts";
import { TLS_CAPTURES } from "./tls-captures.ts";
import { TRANSFER_CAPTURES } from "./transfer-captures.ts";
import { VOICE_CAPTURES } from "./voice-captures.ts";
import { WINDOWS_CAPTURES } from "./windows-captures.ts";

/** Every published class of parser bug that there is a capture of, in the order of the document. */
export const BUG_CAPTURES: readonly BugCapture[] = [
  ...HTTP_CAPTURES,
  ...HTTP2_CAPTURES,
  ...DNS_CAPTURES,
  ...TLS_CAPTURES,
  ...SSH_CAPTURES,
  ...MAIL_CAPTURES,
  ...TRANSFER_CAPTURES,
  ...WINDOWS_CAPTURES,
  ...DIRECTORY_CAPTURES,
  ...DATABASE_CAPTURES,
  ...INDUSTRY_CAPTURES,
  ...VOICE_CAPTURES,
  ...NETWORK_CAPTURES,
];

/** The document's table: a row for each class. */
export function bugCaptureTable(): string[] {
  const head = ["class", "published", "our capture", "what the logs show"];
  const rows = BUG_CAPTURES.map(({ says, published, name, shows }) => [
    says,
    published,
    `\`${name}\``,
    shows.map(shownText).join("; "),
  ]);
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

/** A weird or notice by its name, any other row by its fields. */
function shownText([log, fields]: Shown): string {
  const parts = Object.entries(fields).map(([field, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return field === "name" && log === "weird" ? text : `${field} ${text}`;
  });
  return `\`${log}\`: ${parts.join(", ").replaceAll("|", "\\|").replaceAll("\0", "\\0")}`;
}
