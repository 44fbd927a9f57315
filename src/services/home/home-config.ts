import type { Document } from "yaml";
import { z } from "zod";
import { PRIVATE_NETWORKS } from "../../core/analyzers/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import {
  type AnalysisSettings,
  ASSET_RULES,
  analyzerLimitDefaults,
} from "../../core/engine/index.ts";
import {
  CHECKSUM_RULES,
  DEFAULT_FLOW_LIMITS,
  FLOW_LIMITS_MAX,
  type FlowLimits,
} from "../../core/flow/index.ts";
import { parseNetwork } from "../../core/packet/index.ts";
import { pathsOf, readFileBytes, statFile, writeFileDurably } from "../../platform/index.ts";
import { SIGN_IN_LINES, type SignInSettings, signInOf, signInSchema } from "./sign-in-settings.ts";

/** How captures are analysed; sealed events are not changed by a change of these. */
export type AnalysisOptions = Readonly<Required<AnalysisSettings>>;

/** What `config.yaml` says. */
export interface HomeConfig {
  readonly analysis: AnalysisOptions;
  readonly signIn: SignInSettings | undefined;
}

const limitNames = Object.keys(DEFAULT_FLOW_LIMITS) as (keyof FlowLimits)[];
const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const network = z.string().refine((text) => parseNetwork(text) !== undefined, {
  error: ({ input }) =>
    `"${String(input)}" is no network; write address/prefix, such as 10.0.0.0/8`,
});

/** A flow's packet locations take a chunk of so many bytes at least (core/flow/postings.ts). */
const POSTING_BYTES_PER_FLOW = 32;

/** What a protocol may hold at most of anything, whatever settings say. */
const ANALYZER_LIMIT_MAX = 2 ** 31;
const limitOfAnalyzer = (snake: string) =>
  analyzerLimitDefaults().find(({ name }) => toSnake(name) === snake);

const schema = z.strictObject({
  local_networks: z.array(network).optional(),
  assets: z.enum(ASSET_RULES).optional(),
  checksums: z.enum(CHECKSUM_RULES).optional(),
  vlans_in_key: z.boolean().optional(),
  limits: z
    .strictObject(
      Object.fromEntries(
        limitNames.map((name) => [
          toSnake(name),
          z.int().min(1).max(FLOW_LIMITS_MAX[name]).optional(),
        ]),
      ),
    )
    .refine(
      // With less, all live flows would be walked again and again to make room.
      ({ posting_bytes, live_flows }) =>
        (posting_bytes ?? DEFAULT_FLOW_LIMITS.postingBytes) >=
        (live_flows ?? DEFAULT_FLOW_LIMITS.liveFlows) * POSTING_BYTES_PER_FLOW,
      { error: `posting_bytes must be at least ${POSTING_BYTES_PER_FLOW} for each of live_flows` },
    )
    .optional(),
  analyzer_limits: z
    .record(
      z.string().refine((name) => limitOfAnalyzer(name) !== undefined, {
        error: ({ input }) => `no analyzer has a limit "${String(input)}"`,
      }),
      z.int().min(1).max(ANALYZER_LIMIT_MAX),
    )
    .optional(),
  oidc: signInSchema.optional(),
});

/** Reads `config.yaml` of a home; a home without one has the defaults. */
export async function readHomeConfig(directory: string): Promise<HomeConfig> {
  const { config } = pathsOf(directory);
  if ((await statFile(config)) === undefined) return configOf({});
  const text = new TextDecoder().decode(await readFileBytes(config));
  // As a new home has it: most commands never need the 72 modules that read YAML.
  if (text.split("\n").every((line) => line === "" || line.startsWith("#"))) return configOf({});
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw badConfig(config, lines.linePos(fault.pos[0]).line, fault.message.split("\n")[0]!);
  }
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (parsed.success) return configOf(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue!.path.filter((part) => typeof part !== "symbol");
  const line = lines.linePos(offsetOf(document, path)).line;
  const where = path.length === 0 ? "" : `${path.join(".")}: `;
  throw badConfig(config, line, `${where}${issue!.message}`);
}

/** Writes the file that a new home begins with: every setting with its default, commented out. */
export async function writeDefaultConfig(directory: string): Promise<void> {
  await writeFileDurably(
    pathsOf(directory).config,
    new TextEncoder().encode(
      [
        "# How captures are analysed. What is left out has the default shown; captures that are",
        "# sealed already keep the events they were sealed with.",
        "",
        "# Networks that are yours: they decide what is local and what is remote.",
        "#local_networks:",
        ...PRIVATE_NETWORKS.map((text) => `#  - ${text}`),
        "",
        "# Whose programs (log software) and weak TLS (log notice) are told: local hosts, or all.",
        "#assets: local",
        "",
        "# Packets with wrong checksums: verify leaves them out, as their receivers do; auto believes",
        "# hosts that never show a right one (checksum offload); ignore counts all of them.",
        "#checksums: auto",
        "",
        "# true tells flows of the same addresses in different VLANs apart.",
        "#vlans_in_key: false",
        "",
        "# Bounds of the engine. Reaching one loses decode, never packets, and is counted.",
        "#limits:",
        ...limitNames
          .filter((name) => Number.isSafeInteger(DEFAULT_FLOW_LIMITS[name]))
          .map((name) => `#  ${toSnake(name)}: ${DEFAULT_FLOW_LIMITS[name]}`),
        "",
        "# Bounds of the analyzers of protocols, as protocol.limit.",
        "#analyzer_limits:",
        ...analyzerLimitDefaults()
          .map(({ name, maximum }) => `#  ${toSnake(name)}: ${maximum}`)
          .sort(),
        "",
        ...SIGN_IN_LINES,
        "",
      ].join("\n"),
    ),
  );
}

function analysisOf(config: z.infer<typeof schema>): AnalysisOptions {
  const limits: Partial<FlowLimits> = {};
  for (const name of limitNames) {
    const value = config.limits?.[toSnake(name)];
    if (value !== undefined) limits[name] = value;
  }
  const analyzerLimits: Record<string, number> = {};
  for (const [snake, value] of Object.entries(config.analyzer_limits ?? {})) {
    analyzerLimits[limitOfAnalyzer(snake)!.name] = value;
  }
  return {
    localNetworks: config.local_networks ?? PRIVATE_NETWORKS,
    assets: config.assets ?? "local",
    checksums: config.checksums ?? "auto",
    vlansInKey: config.vlans_in_key ?? false,
    limits,
    analyzerLimits,
  };
}

function configOf(config: z.infer<typeof schema>): HomeConfig {
  const { oidc } = config;
  return {
    analysis: analysisOf(config),
    signIn: oidc === undefined ? undefined : signInOf(oidc),
  };
}

/** Where a setting stands; of one that is missing, what it is missing from. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
    if (node?.range !== undefined) return node.range[0];
  }
  return 0;
}

function badConfig(path: string, line: number, reason: string): HoldfastError {
  return new HoldfastError("home/bad-config", `${path}, line ${line}: ${reason}`, {
    remedy: "mend the line, or delete it to have the default",
  });
}
