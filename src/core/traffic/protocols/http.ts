import { ByteWriter } from "../byte-writer.ts";

export function httpGet(host: string, path: string): Uint8Array {
  return new ByteWriter()
    .text(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)\r\n`,
    )
    .text("Accept: text/html,*/*;q=0.8\r\nConnection: close\r\n\r\n")
    .take();
}

export function httpAnswer(type: string, body: Uint8Array): Uint8Array {
  return new ByteWriter()
    .text(`HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: ${type}\r\n`)
    .text(`Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`)
    .raw(body)
    .take();
}

/** A form upload of one file (RFC 7578). */
export function httpUpload(
  host: string,
  path: string,
  file: { name: string; type: string; bytes: Uint8Array },
): Uint8Array {
  const boundary = "----formboundary7MA4YWxkTrZu0gW";
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\nContent-Type: ${file.type}\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  return new ByteWriter()
    .text(`POST ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n`)
    .text(`Content-Type: multipart/form-data; boundary=${boundary}\r\n`)
    .text(`Content-Length: ${head.length + file.bytes.length + tail.length}\r\n\r\n`)
    .text(head)
    .raw(file.bytes)
    .text(tail)
    .take();
}
