import type { Ciphers, CreateDigest, Unpack } from "../core/base/index.ts";
import { nodeCiphers } from "./ciphers.ts";
import { createDigest } from "./digests.ts";
import { unpack } from "./unpack.ts";

interface AnalysisPorts {
  readonly createDigest: CreateDigest;
  readonly ciphers: Ciphers;
  readonly unpack: Unpack;
}

/** What the engine is given to digest, decrypt and unpack with: all of it on Node's own libraries. */
export const analysisPorts: AnalysisPorts = { createDigest, ciphers: nodeCiphers, unpack };
