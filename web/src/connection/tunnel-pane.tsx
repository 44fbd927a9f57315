import { useQuery } from "@tanstack/react-query";
import { sizeText } from "../../../src/core/base/index.ts";
import { navigate } from "../address.ts";
import { call, type Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { LogTable, ownQuestion } from "../parts/log-table.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import type { TableColumn } from "../parts/virtual-table.tsx";
import { cellText, type Row } from "../search/columns.ts";
import { countText, endpointText, timeTitle, valueText } from "../text.ts";

type ConnRow = Output<"show">["row"];

/** What a kind of tunnel calls the number that tells its tunnels apart. */
const ID_NAMES: Readonly<Record<string, string>> = {
  vxlan: "VNI",
  geneve: "VNI",
  gtpu: "TEID",
  gre: "key",
  erspan: "session",
  pppoe: "session",
};

/** Where the flow lies in tunnels, and which flows lie in it; nothing where neither is so. */
export function TunnelPane({ row }: { row: ConnRow }) {
  const uid = String(row["uid"]);
  const question = ownQuestion(`conn.tunnel_parents == "${uid}"`);
  const carried = useQuery({
    queryKey: ["carried", uid],
    queryFn: ({ signal }) => call("query", { q: question.q, limit: 1 }, signal),
  });
  const isInside = row["tunnel"] !== null && row["tunnel"] !== undefined;
  const count = carried.data?.total ?? 0;
  if (!isInside && count === 0 && carried.error === null) return null;
  return (
    <section aria-labelledby="tunnel" className="pane overflow-hidden">
      <h2 id="tunnel" className="heading px-3 pt-2 pb-1">
        Tunnel
      </h2>
      {isInside && <Inside row={row} />}
      {carried.error !== null && (
        <Failed error={carried.error} again={() => void carried.refetch()} />
      )}
      {count > 0 && (
        <>
          <p className="px-3 pb-1">
            It carries {count === 1 ? "one connection" : `${countText(count)} connections`} inside
            it:
          </p>
          <LogTable
            label="Connections inside this one"
            log="conn"
            question={question}
            columns={COLUMNS}
            minWidthPx={900}
            loading="Finding the connections inside"
            empty={null}
            open={(inner) => navigate(`/connections/${String(inner["uid"])}`)}
          />
        </>
      )}
    </section>
  );
}

function Inside({ row }: { row: ConnRow }) {
  const kind = valueText(row["tunnel"]);
  const parents = String(row["tunnel_parents"] ?? "")
    .split(/[ ,]+/)
    .filter((one) => one !== "");
  const id = row["tunnel_id"];
  return (
    <dl className="grid grid-cols-[9rem_1fr] gap-x-3 gap-y-0.5 px-3 pb-2">
      <dt className="text-muted">lies in</dt>
      <dd className="mono">
        {kind}
        {id !== null && id !== undefined && `, ${ID_NAMES[kind] ?? "id"} ${String(id)}`}
      </dd>
      <dt className="text-muted">outer addresses</dt>
      <dd className="mono">
        {valueText(row["outer_orig_h"])} → {valueText(row["outer_resp_h"])}
      </dd>
      <dt className="text-muted">carried by</dt>
      <dd className="mono">
        {parents.length === 0 && <span className="text-muted">no flow is named</span>}
        {parents.map((uid) => (
          <Parent key={uid} uid={uid} />
        ))}
      </dd>
    </dl>
  );
}

/** The flow around this one; a tunnel straight over IP has no flow, only a row in `tunnel`. */
function Parent({ uid }: { uid: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["parent", uid],
    queryFn: async ({ signal }) => {
      const q = `uid == ${uid}`;
      const conn = await call("query", { q, limit: 1 }, signal);
      if (conn.rows[0] !== undefined) return { row: conn.rows[0], isFlow: true };
      const tunnel = await call("query", { q, log: "tunnel", limit: 1 }, signal);
      return { row: tunnel.rows[0], isFlow: false };
    },
  });
  if (error !== null) return <Failed error={error} again={() => void refetch()} />;
  if (data === undefined) return <Loading what="Finding the flow around it" />;
  if (data.row === undefined) return <p>{uid}, of which nothing else is recorded</p>;
  const { row, isFlow } = data;
  const ends = `${endpointText(row["id.orig_h"], row["id.orig_p"])} → ${endpointText(row["id.resp_h"], row["id.resp_p"])}`;
  if (isFlow) {
    return (
      <p>
        <Link to={`/connections/${uid}`}>{uid}</Link> {ends} {valueText(row["proto"])}
      </p>
    );
  }
  return (
    <p>
      {uid} {ends}{" "}
      <span className="text-muted">straight over IP: a pair of addresses, no flow</span>
    </p>
  );
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    name: "ts",
    width: "206px",
    cell: (row) => <span title={timeTitle(String(row["ts_ns"]))}>{cellText(row, "ts")}</span>,
  },
  {
    name: "uid",
    width: "118px",
    cell: (row) => <Link to={`/connections/${String(row["uid"])}`}>{valueText(row["uid"])}</Link>,
  },
  {
    name: "orig → resp",
    width: "minmax(300px, 1fr)",
    cell: (row) =>
      `${endpointText(row["id.orig_h"], row["id.orig_p"])} → ${endpointText(row["id.resp_h"], row["id.resp_p"])}`,
  },
  { name: "proto", width: "64px", cell: (row) => valueText(row["proto"]) },
  { name: "tunnel_id", width: "100px", isNumber: true, cell: (row) => valueText(row["tunnel_id"]) },
  {
    name: "sent",
    width: "90px",
    isNumber: true,
    cell: (row) => sizeText(Number(row["orig_ip_bytes"] ?? 0)),
  },
  {
    name: "got",
    width: "90px",
    isNumber: true,
    cell: (row) => sizeText(Number(row["resp_ip_bytes"] ?? 0)),
  },
];
