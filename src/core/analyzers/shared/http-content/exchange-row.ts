import type { FlowIds, LogWriter } from "../log-writer.ts";
import type { Exchange } from "./exchange.ts";

/** Writes an exchange's row of the `http` log, after the marks that belong to it. */
export function writeExchange(log: LogWriter, conversation: FlowIds, exchange: Exchange): void {
  for (const mark of exchange.marks ?? []) mark();
  const [sent, received] = exchange.files;
  const row = log
    .row(exchange.time, conversation)
    .count("trans_depth", exchange.depth)
    .text("method", exchange.method)
    .text("version", exchange.version)
    .count("request_body_len", exchange.bodyLengths[0])
    .count("response_body_len", exchange.bodyLengths[1])
    .count("status_code", exchange.statusCode)
    .text("status_msg", exchange.statusText)
    .count("info_code", exchange.infoCode)
    .text("info_msg", exchange.infoText)
    .list("tags", [])
    .list("proxied", exchange.proxied)
    .list("orig_fuids", filled(sent?.fuids))
    .list("orig_filenames", filled(sent?.filenames))
    .list("orig_mime_types", filled(sent?.mimeTypes))
    .list("resp_fuids", filled(received?.fuids))
    .list("resp_filenames", filled(received?.filenames))
    .list("resp_mime_types", filled(received?.mimeTypes))
    .count("http2_stream", exchange.streamId);
  for (const [column, text] of exchange.texts) row.text(column, text);
}

function filled(list: string[] | undefined): string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
