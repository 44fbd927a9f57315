import { client, server } from "../bug-captures/bug-capture.ts";
import { inLine, inWord, type MakeTalk, overTcp, overUdp } from "./hostile-talk.ts";

/** Mail, files and talk: protocols of lines. */
export const MAIL_TALKS: readonly MakeTalk[] = [
  (draw) => {
    const head = `Date: ${inLine(draw())}\r\nFrom: ${inLine(draw())} <a@x.example>\r\nTo: ${inLine(draw())}\r\nSubject: ${inLine(draw())}\r\nMessage-ID: ${inLine(draw())}\r\nX-Mailer: ${inLine(draw())}\r\nReceived: from ${inLine(draw())} by b; now\r\n`;
    const part = `--b\r\nContent-Type: text/html; name="${inLine(draw())}"\r\nContent-Disposition: attachment; filename="${inLine(draw())}"\r\n\r\n<p>${inLine(draw())}</p>\r\n--b--`;
    return overTcp(25, [
      server(`220 ${inLine(draw())}\r\n`),
      client(`EHLO ${inLine(draw())}\r\n`),
      server("250 mail.example\r\n"),
      client(
        `MAIL FROM:<${inLine(draw())}@x.example>\r\nRCPT TO:<${inLine(draw())}@y.example>\r\nDATA\r\n`,
      ),
      server(`250 sender\r\n250 recipient\r\n354 go on\r\n`),
      client(`${head}Content-Type: multipart/mixed; boundary="b"\r\n\r\n${part}\r\n.\r\nQUIT\r\n`),
      server(`250 ${inLine(draw())}\r\n221 bye\r\n`),
    ]);
  },
  (draw) =>
    overTcp(21, [
      server(`220 ${inLine(draw())}\r\n`),
      client(`USER ${inLine(draw())}\r\n`),
      server("331 password\r\n"),
      client(`PASS ${inLine(draw())}\r\n`),
      server("230 in\r\n"),
      client(`CWD ${inLine(draw())}\r\n`),
      server("250 there\r\n"),
      client(`RETR ${inLine(draw())}\r\n`),
      server(`550 ${inLine(draw())}\r\n`),
      client(`${inWord(draw(30))} ${inLine(draw())}\r\n`),
      server("500 no\r\n"),
    ]),
  (draw) =>
    overTcp(6667, [
      client(`NICK ${inWord(draw())}\r\nUSER ${inWord(draw())} b c :${inLine(draw())}\r\n`),
      client(`JOIN #${inWord(draw())} ${inWord(draw())}\r\n`),
      client(`PRIVMSG bob :\x01DCC SEND ${inWord(draw())} 167772163 2000 99\x01\r\n`),
      server(`:${inWord(draw())} 001 a :${inLine(draw())}\r\n`),
    ]),
  (draw) =>
    overTcp(110, [
      server(`+OK ${inLine(draw())}\r\n`),
      client(`USER ${inLine(draw())}\r\n`),
      server("+OK\r\n"),
      client(`PASS ${inLine(draw())}\r\n`),
      server(`-ERR ${inLine(draw())}\r\n`),
    ]),
  (draw) =>
    overTcp(143, [
      server(`* OK ${inLine(draw())}\r\n`),
      client(`a1 LOGIN "${inLine(draw())}" secret\r\n`),
      server(`a1 NO ${inLine(draw())}\r\n`),
    ]),
  (draw) =>
    overUdp(5060, [
      client(
        `INVITE sip:${inWord(draw())}@example.org SIP/2.0\r\nFrom: "${inLine(draw())}" <sip:a@b>;tag=1\r\nTo: <sip:${inLine(draw())}@b>\r\nCall-ID: ${inLine(draw())}\r\nCSeq: 1 INVITE\r\nSubject: ${inLine(draw())}\r\nUser-Agent: ${inLine(draw())}\r\nContact: ${inLine(draw())}\r\nVia: SIP/2.0/UDP ${inLine(draw())}\r\nContent-Length: 0\r\n\r\n`,
      ),
      server(
        `SIP/2.0 486 ${inLine(draw())}\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nWarning: ${inLine(draw())}\r\nContent-Length: 0\r\n\r\n`,
      ),
    ]),
  (draw) => overUdp(514, [client(`<34>${draw()}`), client(`<165>Jan  1 00:00:00 h ${draw()}`)]),
  (draw) => overUdp(69, [client(`\0\x01${draw(300).replaceAll("\0", "0")}\0octet\0`)]),
];
