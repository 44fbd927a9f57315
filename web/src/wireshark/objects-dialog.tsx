import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { sizeText } from "../../../src/core/base/index.ts";
import type { CarriedObject } from "../../wireshark/contract.ts";
import type { Pointed } from "../connection/own-packets.tsx";
import { PacketLink } from "../connection/stream-rows.tsx";
import { Modal } from "../parts/modal.tsx";
import { saveFile } from "../parts/save-file.ts";
import { Empty, Failed, Loading, Partial } from "../parts/states.tsx";
import { countText, wireText } from "../text.ts";
import type { CaptureFile } from "./capture-file.ts";
import { useWireshark } from "./use-wireshark.tsx";

interface ObjectsProps {
  readonly capture: CaptureFile;
  readonly point: (to: Pointed) => void;
}

/** What Wireshark takes out of the packets whole, to look at and to save. */
export function ObjectsButton(props: ObjectsProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Objects
      </button>
      {isOpen && <ObjectsDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

function ObjectsDialog({ capture, point, close }: ObjectsProps & { close: () => void }) {
  const wireshark = useWireshark();
  const { data, error, refetch } = useQuery({
    queryKey: ["wireshark-objects", capture.key],
    queryFn: ({ signal }) =>
      wireshark.ask(capture, { name: "objects", input: { all: true }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Modal title="Objects, as Wireshark takes them out" close={close} width="w-[64rem]">
      {error !== null ? (
        <Failed error={error} again={() => void refetch()} />
      ) : data === undefined ? (
        <Loading what="Wireshark looks for what was carried whole" />
      ) : data.objects.length === 0 ? (
        <Empty why="Wireshark takes no object out of these packets">
          It knows those of HTTP, SMB, FTP, TFTP, DICOM and mail.
        </Empty>
      ) : (
        <>
          {data.isCut && <Partial>The first {countText(data.objects.length)} are shown.</Partial>}
          <ObjectList
            capture={capture}
            objects={data.objects}
            point={(number) => {
              close();
              point({ number, offset: 0 });
            }}
          />
        </>
      )}
    </Modal>
  );
}

const HEAD = "sticky top-0 bg-panel px-2 py-1 text-left font-normal text-muted";
const CELL = "max-w-80 truncate px-2 py-0.5";

function ObjectList(props: {
  capture: CaptureFile;
  objects: readonly CarriedObject[];
  point: (number: number) => void;
}) {
  const { capture, objects, point } = props;
  return (
    <section
      aria-label="Objects in the packets"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, also by keys
      tabIndex={0}
      className="max-h-[60vh] overflow-auto"
    >
      <table className="mono w-full border-collapse">
        <thead>
          <tr>
            {["packet", "protocol", "host", "name", "media type", "size", "save"].map((name) => (
              <th key={name} className={`${HEAD} ${name === "size" ? "text-right!" : ""}`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {objects.map((one, n) => (
            <tr key={one.token} className="border-t border-line/60">
              <td className={CELL}>
                <PacketLink number={one.packet} point={point} />
              </td>
              <td className={CELL}>{wireText(one.protocol)}</td>
              <td className={CELL} title={wireText(one.host)}>
                {wireText(one.host)}
              </td>
              <td className={CELL} title={wireText(one.name)}>
                {wireText(one.name)}
              </td>
              <td className={CELL}>{wireText(one.mediaType)}</td>
              <td className={`${CELL} text-right`}>{sizeText(one.bytes)}</td>
              <td className={CELL}>
                <SaveButton capture={capture} token={one.token} place={n + 1} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Saves one under a name of ours: the sender's name could be any, also that of a program. */
function SaveButton(props: { capture: CaptureFile; token: string; place: number }) {
  const { capture, token, place } = props;
  const wireshark = useWireshark();
  const [error, setError] = useState("");
  const save = async (): Promise<void> => {
    try {
      const { bytes } = await wireshark.ask(capture, { name: "object", input: { token } });
      const blob = new Blob([bytes.slice()], { type: "application/octet-stream" });
      saveFile(blob, `object-${place}.bin`);
      setError("");
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <>
      <button
        type="button"
        className="button px-1.5"
        aria-label={`Save object ${place}`}
        onClick={() => void save()}
      >
        <Download aria-hidden size={14} />
      </button>
      {error !== "" && <span className="ml-2 text-red">{wireText(error)}</span>}
    </>
  );
}
