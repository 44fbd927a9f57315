import { client, server } from "../bug-captures/bug-capture.ts";
import { authenticate, challenge, negotiate } from "../ntlm-messages.ts";
import { inLine, inWord, type MakeTalk, overTcp } from "./hostile-talk.ts";
import { zipOf } from "./hostile-zip.ts";

const base64 = (text: string | Uint8Array): string =>
  Buffer.from(text as string, "latin1").toString("base64");

/** An answer with a body, by its type. */
function answer(type: string, body: string, more = ""): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const utf8 = (text: string): string => Buffer.from(text, "latin1").toString();

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
    const names = { computer: utf8(draw(60)), dnsComputer: utf8(draw(60)), tree: utf8(draw(60)) };
    const who = { user: utf8(draw(60)), domain: utf8(draw(60)), workstation: utf8(draw(60)) };
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
];
