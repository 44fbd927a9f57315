/** The one table from an error's code to an HTTP status; a code not named here is a fault of ours, 500. */
const STATUS: Readonly<Record<string, number>> = {
  "query/bad-query": 400,
  "query/unknown-log": 400,
  "query/unknown-field": 400,
  "request/bad-input": 400,
  "home/bad-name": 400,
  "home/unknown-case": 404,
  "home/unknown-connection": 404,
  "home/unknown-segment": 404,
  "home/unknown-field": 404,
  "home/unknown-object": 404,
  "home/unknown-attachment": 404,
  "home/unknown-note": 404,
  "home/unknown-packet": 404,
  "home/unknown-row": 404,
  "home/unknown-saved-query": 404,
  "home/unknown-share": 404,
  "share/expired": 410,
  "share/revoked": 410,
  "home/unknown-secret": 404,
  "home/unknown-capture": 404,
  "people/unknown": 404,
  "people/unknown-credential": 404,
  "people/name-taken": 409,
  "people/too-many": 409,
  "home/not-served": 409,
  "access/denied": 403,
  "session/login-needed": 401,
  "session/bad-token": 401,
  "session/wrong-password": 401,
  "session/wrong-passkey": 401,
  "session/no-passkeys": 409,
  "session/no-provider": 404,
  "session/sign-in-cancelled": 401,
  "session/stale-sign-in": 401,
  "session/used-code": 401,
  "session/wrong-answer": 401,
  "session/wrong-clock": 401,
  "session/unknown-account": 403,
  "session/provider-refused": 502,
  "session/provider-down": 503,
  "people/account-taken": 409,
  "session/too-many": 429,
  "session/busy": 503,
  "session/bad-link": 401,
  "session/bad-origin": 403,
  "home/case-exists": 409,
  "home/in-use": 409,
  "import/not-a-capture": 422,
  "import/empty": 422,
  "index/cancelled": 499,
  "vault/cancelled": 499,
};

export function statusOf(code: string): number {
  return STATUS[code] ?? 500;
}

/** The exit codes of the command line, documented in its help. */
export const EXIT_CODES = {
  ok: 0,
  /** Something could not be done; the sentence on stderr says what. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Input is not what it should be: not a capture, empty, a query that does not read. */
  badInput: 3,
  /** Nothing matched. */
  nothing: 4,
  /** `verify` found that something is not what was sealed. */
  tampered: 5,
  /** The home is in use, not there, not writable, or its passphrase is wrong. */
  home: 6,
  interrupted: 130,
} as const;

export function exitCodeOf(code: string): number {
  if (/^(query|request|import)\//.test(code) && statusOf(code) < 500) return EXIT_CODES.badInput;
  if (/^(ledger|vault)\/.*(damaged|forged|rolled-back)/.test(code)) return EXIT_CODES.tampered;
  if (/^(keys|home)\//.test(code) && !/unknown/.test(code)) return EXIT_CODES.home;
  if (/unknown/.test(code)) return EXIT_CODES.nothing;
  return EXIT_CODES.failed;
}
