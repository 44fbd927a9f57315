import type { Network } from "../packet/index.ts";

/** An exact moment, since 1970. */
export interface QueryTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Which end of a packet or flow is meant. */
export type Side = "any" | "src" | "dst";

/** A field of one log; without `log` the field of that name in whichever log is asked. */
export interface FieldReference {
  readonly log: string | undefined;
  readonly name: string;
}

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

export type QueryValue =
  | { readonly kind: "number"; readonly value: bigint }
  /** In billionths, as it is stored. */
  | { readonly kind: "decimal"; readonly billionths: bigint }
  | { readonly kind: "duration"; readonly nanoseconds: bigint }
  | { readonly kind: "time"; readonly time: QueryTime }
  | { readonly kind: "network"; readonly network: Network }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "uid"; readonly value: bigint }
  /** The whole text and the first 64 bits of its digest, which is what is stored. */
  | { readonly kind: "communityId"; readonly text: string; readonly value: bigint };

/** One member of a set: a value, or everything from `first` to `last`. */
export interface SetItem {
  readonly first: QueryValue;
  readonly last?: QueryValue;
}

export type FieldLeaf =
  | {
      readonly op: "compare";
      readonly field: FieldReference;
      readonly comparison: Comparison;
      readonly value: QueryValue;
    }
  | { readonly op: "in"; readonly field: FieldReference; readonly items: readonly SetItem[] }
  | { readonly op: "exists"; readonly field: FieldReference }
  | {
      readonly op: "matches";
      readonly field: FieldReference;
      readonly style: "regex" | "glob";
      readonly pattern: string;
    };

/** What can be said of a packet by its own headers. */
export type PacketLeaf =
  | { readonly op: "address"; readonly side: Side; readonly network: Network }
  | { readonly op: "port"; readonly side: Side; readonly first: number; readonly last: number }
  | { readonly op: "protocol"; readonly number: number }
  | { readonly op: "vlan"; readonly id: number | undefined }
  | { readonly op: "after"; readonly time: QueryTime }
  | { readonly op: "before"; readonly time: QueryTime };

export type QueryNode =
  | { readonly op: "and" | "or"; readonly children: readonly QueryNode[] }
  | { readonly op: "not"; readonly child: QueryNode }
  | PacketLeaf
  | FieldLeaf;

/** What a person can see wrong in a query: where it is, and what would be right. */
export interface QueryError {
  readonly message: string;
  /** Counted from 1. */
  readonly column: number;
  readonly length: number;
  readonly hint: string;
}

export type QueryResult =
  | { readonly status: "ok"; readonly query: QueryNode }
  | { readonly status: "error"; readonly error: QueryError };

export const QUERY_CHARACTERS_MAX = 8_192;
export const QUERY_DEPTH_MAX = 64;
export const QUERY_LEAVES_MAX = 500;
export const QUERY_SET_ITEMS_MAX = 1_000;
export const QUERY_PATTERN_CHARACTERS_MAX = 512;

export function isFieldLeaf(node: QueryNode): node is FieldLeaf {
  return node.op === "compare" || node.op === "in" || node.op === "exists" || node.op === "matches";
}
