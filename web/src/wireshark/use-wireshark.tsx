import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useState } from "react";
import { downloadWithin } from "../client.ts";
import { useMay } from "../people/me.ts";
import { nsStamp } from "../text.ts";
import { fetchFiles, workerMaker } from "./browser-worker.ts";
import { type CaptureFile, readCapture } from "./capture-file.ts";
import { CAPTURE_BYTES_MAX } from "./limits.ts";
import { type Progress, Wireshark } from "./wireshark.ts";

const Context = createContext<Wireshark | undefined>(undefined);

/** One Wireshark for the whole page; it starts when the first packets are opened. */
export function WiresharkProvider({ children }: { children: ReactNode }) {
  const [wireshark] = useState(() => new Wireshark({ createPort: workerMaker(), fetchFiles }));
  return <Context value={wireshark}>{children}</Context>;
}

export function useWireshark(): Wireshark {
  const wireshark = useContext(Context);
  if (wireshark === undefined) throw new Error("assertion failed: inside WiresharkProvider");
  return wireshark;
}

/** A part of a connection's time, in nanoseconds. */
export interface Span {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** Number of its first packet in the whole connection, where that is known. */
  readonly number?: number;
}

/** Where a connection's packets are kept once they were read. */
export function captureKey(uid: string, q = ""): readonly string[] {
  return ["capture-file", uid, q];
}

/** A connection's packets, asked for once: each asking is on record. */
export function useCapture(asked: { uid: string; purpose: string; span: Span | undefined }) {
  const { uid, purpose, span } = asked;
  const [bytesRead, setBytesRead] = useState(0);
  const may = useMay();
  const opensTls = may("keys");
  const client = useQueryClient();
  const q =
    span === undefined
      ? ""
      : `after ${nsStamp(String(span.fromNs))} and before ${nsStamp(String(span.toNs))}`;
  const queryKey = captureKey(uid, q);
  const answer = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const limits = { bytesMax: CAPTURE_BYTES_MAX, told: setBytesRead, signal };
      const { facts, bytes } = await downloadWithin(
        "packets",
        { uid, purpose, q, secrets: opensTls, places: true },
        limits,
      );
      void client.invalidateQueries({ queryKey: ["ledger"] });
      return readCapture(`${uid} ${facts.seq}`, bytes, facts.seq, facts.key_logs);
    },
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  return { ...answer, bytesRead, cancel: () => void client.cancelQueries({ queryKey }) };
}

/** Wireshark with the capture open in it. */
export function useOpened(capture: CaptureFile) {
  const wireshark = useWireshark();
  const [progress, setProgress] = useState<Progress>({ step: "reading" });
  const answer = useQuery({
    queryKey: ["wireshark", capture.key],
    queryFn: () => wireshark.open(capture, setProgress),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  return { ...answer, progress, cancel: () => wireshark.stop() };
}
