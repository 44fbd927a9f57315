export { Ledger, type LedgerErrorCode, type LedgerOptions, openLedger } from "./ledger.ts";
export { type LedgerVerdict, type VerifyOptions, verifyLedger } from "./verify-ledger.ts";
