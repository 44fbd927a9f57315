import { FLAG, FRAME, PREFACE } from "../../../src/core/analyzers/http2/http2-parser.ts";
import { client, server } from "../bug-captures/bug-capture.ts";
import { frame, HpackTestEncoder } from "../http2-frames.ts";
import { authenticate, challenge, negotiate } from "../ntlm-messages.ts";
import { inLine, inUtf8, inWord, type MakeTalk, overTcp } from "./hostile-talk.ts";
import { zipOf } from "./hostile-zip.ts";

const base64 = (text: string | Uint8Array): string =>
  Buffer.from(text as string, "latin1").toString("base64");

/** An answer with a body, by its type. */
function answer(type: string, body: string, more = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
}

type Fields = readonly (readonly [string, string])[];

function http2Headers(fields: Fields, flags: number = FLAG.endHeaders): Uint8Array {
  return frame(FRAME.headers, 1, HpackTestEncoder.plain(fields), flags);
}

/** HTTP in each of its fields, and what it carries. */
export const WEB_TALKS: readonly MakeTalk[] = [
  (draw) =>
    overTcp(80, [
      client(
        `GET /${inWord(draw())} HTTP/1.1\r\nHost: ${inLine(draw())}\r\nUser-Agent: ${inLine(draw())}\r\nReferer: ${inLine(draw())}\r\nOrigin: ${inLine(draw())}\r\n\r\n`,
      ),
      server(
        answer(
          inLine(draw()),
          `<h1>${draw()}</h1>`,
          `Server: ${inLine(draw())}\r\nContent-Disposition: attachment; filename="${inLine(draw()).replaceAll('"', "'")}"\r\n`,
        ),
      ),
    ]),
  (draw) =>
    overTcp(80, [
      client(
        `GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Basic ${base64(`${draw()}:${draw()}`)}\r\nX-Forwarded-For: ${inLine(draw())}\r\nCookie: ${inLine(draw())}=1\r\n\r\n`,
      ),
      server(`HTTP/1.1 404 ${inLine(draw())}\r\nContent-Length: 0\r\n\r\n`),
      client(`${inWord(draw(40))} /x HTTP/1.1\r\nHost: h\r\n\r\n`),
      server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ]),
  (draw) => {
    const part = `--b\r\nContent-Disposition: form-data; name="${inLine(draw())}"; filename="${inLine(draw())}"\r\nContent-Type: text/html\r\n\r\n${draw()}\r\n--b--\r\n`;
    return overTcp(80, [
      client(
        `POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${part.length}\r\n\r\n${part}`,
      ),
      server("HTTP/1.1 204 No Content\r\n\r\n"),
    ]);
  },
  (draw) => {
    const zip = zipOf([draw(), draw(), draw()], "<script>1</script>").toString("latin1");
    return overTcp(80, [
      client(`GET /a.zip?${inWord(draw())} HTTP/1.1\r\nHost: files.example\r\n\r\n`),
      server(answer("application/zip", zip)),
    ]);
  },
  (draw) => {
    const names = {
      computer: inUtf8(draw(60)),
      dnsComputer: inUtf8(draw(60)),
      tree: inUtf8(draw(60)),
    };
    const who = { user: inUtf8(draw(60)), domain: inUtf8(draw(60)), workstation: inUtf8(draw(60)) };
    const asked = (token: Uint8Array) =>
      client(
        `GET / HTTP/1.1\r\nHost: h\r\nAuthorization: NTLM ${Buffer.from(token).toString("base64")}\r\n\r\n`,
      );
    const refused = `HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM ${Buffer.from(challenge(names)).toString("base64")}\r\nContent-Length: 0\r\n\r\n`;
    return overTcp(80, [
      asked(negotiate()),
      server(refused),
      asked(authenticate(who)),
      server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ]);
  },
  (draw) =>
    overTcp(80, [
      client(
        `GET /${inWord(draw())} HTTP/1.1\r\nHost: ${inLine(draw())}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ${inLine(draw())}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUser-Agent: ${inLine(draw())}\r\n\r\n`,
      ),
      server(
        `HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ${inLine(draw())}\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n`,
      ),
    ]),
  (draw) => {
    const settings = frame(FRAME.settings, 0, [0, 3, 0, 0, 0, 100]);
    const asked: Fields = [
      [":method", inWord(draw(40))],
      [":scheme", "https"],
      [":path", `/${draw()}`],
      [":authority", draw()],
      ["user-agent", draw()],
      ["referer", draw()],
      ["cookie", `${draw()}=1`],
    ];
    const body = Buffer.from(`<h1>${draw()}</h1>`, "latin1");
    const answered: Fields = [
      [":status", "200"],
      ["server", draw()],
      ["content-type", draw()],
      ["content-disposition", `attachment; filename="${draw().replaceAll('"', "'")}"`],
    ];
    return overTcp(80, [
      [0, PREFACE],
      [0, settings],
      [1, settings],
      [0, http2Headers(asked, FLAG.endHeaders | FLAG.endStream)],
      [1, http2Headers(answered)],
      [1, frame(FRAME.data, 1, body, FLAG.endStream)],
    ]);
  },
];
