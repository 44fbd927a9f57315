import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import type { Endpoint, Followable, Followed } from "../../wireshark/contract.ts";
import type { Pointed } from "../connection/own-packets.tsx";
import { StreamRows } from "../connection/stream-rows.tsx";
import { streamRows } from "../connection/stream-text.ts";
import { Modal } from "../parts/modal.tsx";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { endpointText, wireText } from "../text.ts";
import type { CaptureFile } from "./capture-file.ts";
import { followedRuns } from "./followed-runs.ts";
import { useWireshark } from "./use-wireshark.tsx";

const NO_MARKS = { orig: [], resp: [] };

interface FollowProps {
  readonly capture: CaptureFile;
  readonly point: (to: Pointed) => void;
  readonly apply: (filter: string) => void;
}

/** A button for each stream that the packet is part of. */
export function FollowButtons(props: FollowProps & { follow: readonly Followable[] }) {
  const [followed, setFollowed] = useState<Followable>();
  return (
    <>
      {props.follow.map((one) => (
        <button
          key={`${one.protocol} ${one.filter}`}
          type="button"
          className="button"
          title={one.filter}
          onClick={() => setFollowed(one)}
        >
          Follow {one.protocol}
        </button>
      ))}
      {followed !== undefined && (
        <FollowDialog {...props} followed={followed} close={() => setFollowed(undefined)} />
      )}
    </>
  );
}

function FollowDialog(props: FollowProps & { followed: Followable; close: () => void }) {
  const { capture, followed, close, point, apply } = props;
  const { protocol, filter } = followed;
  const wireshark = useWireshark();
  const answer = useQuery({
    queryKey: ["wireshark-follow", capture.key, protocol, filter],
    queryFn: ({ signal }) => wireshark.ask(capture, { name: "follow", input: followed, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  return (
    <Modal title={`${protocol} stream, as Wireshark reads it`} close={close} width="w-[76rem]">
      {answer.error !== null ? (
        <Failed error={answer.error} again={() => void answer.refetch()} />
      ) : answer.data === undefined ? (
        <Loading what="Wireshark puts the stream together" />
      ) : (
        <Stream
          found={answer.data}
          point={(number) => {
            close();
            point({ number, offset: 0 });
          }}
        />
      )}
      <div className="mt-3 flex justify-end">
        <button
          type="button"
          className="button"
          onClick={() => {
            close();
            apply(filter);
          }}
        >
          Only its packets
        </button>
      </div>
    </Modal>
  );
}

function Stream({ found, point }: { found: Followed; point: (number: number) => void }) {
  const [as, setAs] = useState<"text" | "hex">("text");
  const rows = useMemo(() => streamRows(followedRuns(found), as), [found, as]);
  if (found.parts.length === 0) {
    return <Empty why="Nothing was sent in it">No packet of the stream carries any bytes.</Empty>;
  }
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-x-5 gap-y-1">
        <fieldset className="flex items-center gap-3">
          <legend className="sr-only">How the stream is shown</legend>
          {(["text", "hex"] as const).map((one) => (
            <label key={one} className="flex items-center gap-1">
              <input
                type="radio"
                name="follow-view"
                checked={as === one}
                onChange={() => setAs(one)}
              />
              as {one}
            </label>
          ))}
        </fieldset>
        <span className="mono">
          → {named(found.client)} {sizeText(found.clientBytes)} · ← {named(found.server)}{" "}
          {sizeText(found.serverBytes)}
        </span>
      </div>
      {found.isCut && (
        <Partial>
          The first {sizeText(found.clientBytes + found.serverBytes)}; the tab Stream and the
          command line read all of it.
        </Partial>
      )}
      <StreamRows rows={rows} marks={NO_MARKS} point={point} showDifferences={() => {}} />
    </>
  );
}

function named({ host, port }: Endpoint): string {
  return wireText(endpointText(host, port));
}
