/** A version as Zeek's software log has it. */
export interface SoftwareVersion {
  /** Up to four: major, minor, minor2, minor3. */
  readonly numbers: readonly number[];
  readonly addl?: string | undefined;
}

/** A program's name and version, read out of what it says of itself. */
export interface SoftwareName {
  readonly name: string;
  readonly version: SoftwareVersion;
}

/** How a browser is told from others, and where its version stands. */
interface BrowserMark {
  readonly shows: RegExp;
  /** The version; with `name` left out, the match names the program too. */
  readonly version?: RegExp;
  readonly name?: string;
  readonly fixed?: readonly number[];
  readonly addl?: readonly [shows: RegExp, addl: string];
}

/** What cannot be a version any more: longer numbers are cut. */
const DIGITS_MAX = 15;
const NO_VERSION: SoftwareVersion = { numbers: [] };
const VERSION_WORD = /Version\/[\d.]*/;
const BROWSER = /^(?:Mozilla|Opera)\/\d+\./;
const PIXEL = /A\/([\d.]*)\/Google\/Pixel/;
/** Opens the version: a separator of its own and at least two characters of a number. */
const NUMBER = /(?:[/\-_]|(?: [(v]+))?[\d\-._, ]{2,}/;

/**
 * The first that shows decides: browsers name their forebears too. `MSIE` in compatibility mode tells
 * the version it plays, the rendering engine (Trident) the one it is.
 */
const BROWSERS: readonly BrowserMark[] = [
  { shows: /Opera [\d.]*$/, version: /Opera [\d.]*$/, name: "Opera" },
  { shows: /Trident\/4\.0/, name: "MSIE", fixed: [8, 0] },
  { shows: /Trident\/5\.0/, name: "MSIE", fixed: [9, 0] },
  { shows: /Trident\/6\.0/, name: "MSIE", fixed: [10, 0] },
  { shows: /Trident\/7\.0/, name: "MSIE", fixed: [11, 0] },
  { shows: / MSIE |Trident\//, version: /MSIE \d{1,2}\.*\d*b?\d*/, name: "MSIE" },
  { shows: /Edge\//, version: /Edge\/[\d.]*/, name: "Edge" },
  {
    shows: /Version\/.*Safari\//,
    version: VERSION_WORD,
    name: "Safari",
    addl: [/ Mobile\/?.* Safari/, "Mobile"],
  },
  {
    shows: /(?:Firefox|Netscape|Thunderbird)\/[\d.]*/,
    version: /(?:Firefox|Netscape|Thunderbird)\/[\d.]*/,
  },
  { shows: /Chrome\/.*Safari\//, version: /Chrome\/[\d.]*/, name: "Chrome" },
  { shows: /^Opera\/.*Opera Mini\/.*Version\//, version: VERSION_WORD, name: "Opera Mini" },
  { shows: /^Opera\/.*Opera Mini\//, version: /Opera Mini\/[\d.]*/, name: "Opera Mini" },
  { shows: /^Opera\/.*Opera Mobi\//, version: VERSION_WORD, name: "Opera Mobi" },
  { shows: /^Opera\//, version: VERSION_WORD, name: "Opera" },
  { shows: /Flash%20Player/, version: /(?<=^[^/ ]*[/ ])[^/ ]*/, name: "Flash" },
  { shows: /AdobeAIR\/[\d.]*/, version: /AdobeAIR\/[\d.]*/, name: "AdobeAIR" },
  { shows: /AppleWebKit\/[\d.]*/, version: /AppleWebKit\/[\d.]*/, name: "Unspecified WebKit" },
  { shows: / Java\/\d\./, version: /Java\/[\d._]*/, name: "Java" },
];

/** Reads name and version out of what a program says of itself, as Zeek's software framework does. */
export function readSoftware(banner: string): SoftwareName {
  if (BROWSER.test(banner)) return readBrowser(banner);
  const pixel = PIXEL.exec(banner);
  if (pixel !== null) {
    return { name: "Android (Google Pixel)", version: { numbers: numbersOf(pixel[1]!) } };
  }
  return readGeneric(unescaped(banner));
}

function readBrowser(banner: string): SoftwareName {
  const mark = BROWSERS.find(({ shows }) => shows.test(banner));
  if (mark === undefined) return { name: "<unknown browser>", version: NO_VERSION };
  if (mark.fixed !== undefined) return { name: mark.name!, version: { numbers: mark.fixed } };
  const found = mark.version?.exec(banner)?.[0];
  const read = found === undefined ? undefined : readGeneric(found);
  const version = read?.version ?? NO_VERSION;
  const addl = mark.addl?.[0].test(banner) ? mark.addl[1] : version.addl;
  return { name: mark.name ?? read?.name ?? "", version: { ...version, addl } };
}

function readGeneric(text: string): SoftwareName {
  const number = NUMBER.exec(text);
  const before = number === null ? text : text.slice(0, number.index);
  const name = withoutFirst(withoutFirst(before, /(?:[/\-_]|(?: [(v]+))$/), /^\(/).trim();
  const known = name === "Flash Player" ? "Flash" : name;
  if (number === null) return { name: known, version: NO_VERSION };
  const behind = text.slice(number.index + number[0].length);
  const digits = withoutFirst(number[0].trim(), /^[/\-._v(]/).trim();
  return { name: known, version: { numbers: numbersOf(digits), addl: additionOf(behind) } };
}

function withoutFirst(text: string, pattern: RegExp): string {
  return text.replace(pattern, "");
}

/** A part that is left empty has no number; one without digits counts as 0. */
function numbersOf(digits: string): number[] {
  const numbers: number[] = [];
  for (const part of digits.split(/[-._,[({ ]/).slice(0, 4)) {
    if (part === "") break;
    numbers.push(Number((/\d+/.exec(part)?.[0] ?? "0").slice(0, DIGITS_MAX)));
  }
  return numbers;
}

/** What follows the numbers: a word in parentheses, or the first word. */
function additionOf(behind: string): string | undefined {
  if (behind === "" || behind === ")") return undefined;
  const inParentheses = /^[ \t]*\(([\w\-. \t]*)\)/.exec(behind);
  if (inParentheses !== null) return inParentheses[1];
  const words = behind.split(/[-._,;[\](){} ]/).slice(0, 3);
  return (words.find((word) => word !== "") ?? behind).trim();
}

/** `\x20` and `%20` as what they stand for. */
function unescaped(text: string): string {
  return text.replace(/(?:%|\\x)([\dA-Fa-f]{2})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
