import { sizeText } from "../../../core/base/index.ts";
import { isInNetwork, parseAddress, parseNetwork } from "../../../core/packet/index.ts";
import type { Row } from "../../index/index.ts";
import type { Asking, Finding } from "./asking.ts";

/** Uploads smaller than this are nobody's headline. */
const UPLOAD_BYTES_MIN = 1_000_000;
const CANDIDATES = 20;

/**
 * The largest upload to an address outside that the sender had never met before in what was recorded:
 * most often the question people come with. Others are told when asked for more than one.
 */
export async function findUploads(ask: Asking, limit: number): Promise<Finding[]> {
  const uploads = await ask.rows("conn", `conn.orig_bytes >= ${UPLOAD_BYTES_MIN}`, {
    orderBy: "orig_bytes",
    limit: CANDIDATES,
  });
  const found: Finding[] = [];
  for (const row of uploads) {
    if (found.length === limit) break;
    const isUpload = Number(row["orig_bytes"]) > Number(row["resp_bytes"] ?? 0);
    if (!isUpload || isInside(String(row["id.resp_h"]))) continue;
    const query = `host ${row["id.orig_h"]} and host ${row["id.resp_h"]}`;
    const [first] = await ask.rows("conn", query);
    if (first?.["uid"] !== row["uid"]) continue;
    const uid = String(row["uid"]);
    found.push({ kind: "upload", text: sentence(row), log: "conn", query, uid, count: 1 });
  }
  return found;
}

/** Addresses that no upload leaves the house with: private, link-local, loopback. */
const INSIDE = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
].map((text) => parseNetwork(text)!);

function isInside(address: string): boolean {
  const words = parseAddress(address);
  return words !== undefined && INSIDE.some((network) => isInNetwork(network, ...words));
}

function sentence(row: Row): string {
  const time = new Date(Number(row["ts"]) * 1000).toISOString().slice(11, 16);
  const size = sizeText(Number(row["orig_bytes"]));
  return `${row["id.orig_h"]} sent ${size} to ${row["id.resp_h"]}, never seen before, at ${time}: what was it?`;
}
