import { type QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { call } from "../client.ts";
import { nsStamp } from "../text.ts";

export const PAGE_PACKETS = 200;
/** Pages looked through for one packet that something names by its place in the capture. */
const LOOKED_THROUGH_MAX = 10;

/** One page of a connection's packets; asked for once, since each asking is on record. */
export function packetPage(
  client: QueryClient,
  asked: { readonly uid: string; readonly purpose: string; readonly page: number },
) {
  const { uid, purpose, page } = asked;
  return queryOptions({
    queryKey: ["packets", uid, page],
    queryFn: async ({ signal }) => {
      const input = { uid, purpose, limit: PAGE_PACKETS, offset: page * PAGE_PACKETS };
      const list = await call("packetList", input, signal);
      // The read made an entry: what shows the ledger is older than it now.
      void client.invalidateQueries({ queryKey: ["ledger"] });
      return list;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A packet as an event names it: where its record begins, and when it or a later one came. */
export interface PacketName {
  readonly offset: number;
  readonly ns: string;
}

/**
 * Finds which of a connection's packets is meant: its number, from 1. Packets are in time order, so
 * those up to the time are counted, then the pages before it are looked through.
 */
export function useFindPacket(uid: string, count: number) {
  const client = useQueryClient();
  return async ({ offset, ns }: PacketName, purpose: string): Promise<number | undefined> => {
    let upTo = count;
    if (count > PAGE_PACKETS) {
      const input = { uid, purpose, q: `before ${nsStamp(ns)}`, limit: 1 };
      upTo = (await call("packetList", input)).total;
    }
    const last = Math.max(0, Math.floor((upTo - 1) / PAGE_PACKETS));
    for (let page = last; page >= 0 && page > last - LOOKED_THROUGH_MAX; page--) {
      const { packets } = await client.fetchQuery(packetPage(client, { uid, purpose, page }));
      const found = packets.find((packet) => packet.offset === offset);
      if (found !== undefined) return found.number;
    }
    return undefined;
  };
}
