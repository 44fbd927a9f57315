import {
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { call, type Output } from "../client.ts";
import { nsStamp } from "../text.ts";
import { type CaptureFile, packetBytes } from "../wireshark/capture-file.ts";
import { type PacketFacts, readPacketRow } from "./packet-info.ts";

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

/** Where packets come from: asked for a page at a time, or read already. */
export type PacketSource =
  | { readonly kind: "pages"; readonly uid: string; readonly purpose: string }
  | { readonly kind: "capture"; readonly capture: CaptureFile };

interface PacketPage {
  readonly total: number;
  readonly seq: number;
  readonly packets: readonly { readonly facts: PacketFacts; readonly bytes: Uint8Array }[];
}

/** One page of packets; nothing is asked of the server for what was read already. */
export function usePacketPage(
  source: PacketSource,
  page: number,
): { data: PacketPage | undefined; error: unknown; again: () => void } {
  const client = useQueryClient();
  const isAsked = source.kind === "pages";
  const asked = isAsked ? source : { uid: "", purpose: "" };
  const answer = useQuery({
    ...packetPage(client, { ...asked, page }),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  const data = useMemo(
    () => (source.kind === "capture" ? pageOf(source.capture, page) : readPage(answer.data)),
    [source, page, answer.data],
  );
  const error = isAsked ? answer.error : null;
  return { data, error, again: () => void answer.refetch() };
}

function readPage(list: Output<"packetList"> | undefined): PacketPage | undefined {
  return list && { total: list.total, seq: list.seq, packets: list.packets.map(readPacketRow) };
}

function pageOf(capture: CaptureFile, page: number): PacketPage {
  const { packets, seq } = capture;
  const shown = packets.slice(page * PAGE_PACKETS, (page + 1) * PAGE_PACKETS);
  return {
    total: packets.length,
    seq,
    packets: shown.map((facts) => ({ facts, bytes: packetBytes(capture, facts.number) })),
  };
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
