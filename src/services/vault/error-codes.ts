import type { StorageReason } from "../../platform/index.ts";

/** Every code the vault throws. */
export type VaultErrorCode =
  | `vault/${StorageReason}`
  | "vault/cancelled"
  | "vault/bad-recipient"
  | "vault/bad-identity"
  | "vault/no-match"
  | "vault/header-damaged"
  | "vault/header-forged"
  | "vault/head-damaged"
  | "vault/body-damaged"
  | "vault/chunk-damaged"
  | "vault/frame-damaged"
  | "vault/attachment-damaged";
