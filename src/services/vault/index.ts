export { decryptAgeFile } from "./age/age-file.ts";
export { type AgeHeader, parseHeader, type Stanza } from "./age/header.ts";
export { type AgeIdentity, createScryptIdentity, createX25519Identity } from "./age/recipients.ts";
