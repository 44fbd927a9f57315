import { attachmentOperations } from "./attachment-operations.ts";
import { connectionOperations } from "./connection-operations.ts";
import { countingOperations } from "./counting-operations.ts";
import { homeOperations } from "./home-operations.ts";
import { logOperations } from "./log-operations.ts";
import { noteOperations } from "./note-operations.ts";
import { peopleOperations } from "./people-operations.ts";
import { shareOperations } from "./share-operations.ts";

/** Everything a client may ask of a home. Names are the command line's and the page's alike. */
export const operations = {
  ...homeOperations,
  ...attachmentOperations,
  ...logOperations,
  ...countingOperations,
  ...connectionOperations,
  ...noteOperations,
  ...shareOperations,
  ...peopleOperations,
} as const;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
