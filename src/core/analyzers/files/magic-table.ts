/**
 * What a file of a type begins with: strength, MIME type, then places and the bytes there (as Latin-1).
 * Of several that fit the strongest tells the type; names and strengths are Zeek's.
 */
export type MagicEntry = readonly [
  strength: number,
  mimeType: string,
  ...parts: readonly (number | string)[],
];

/** Says the strength with which a file's beginning is of a type; undefined when it is not. */
export type MagicTest = (head: Uint8Array, text: string) => readonly [number, string] | undefined;

const ZIP = "PK\x03\x04";
const OPEN_DOCUMENT = "application/vnd.oasis.opendocument.";
const MIMETYPE_MEMBER = "\x08\0\0\0mimetypeapplication/";

function starts(strength: number, mimeType: string, ...beginnings: string[]): MagicEntry[] {
  return beginnings.map((text) => [strength, mimeType, 0, text]);
}

/** An OpenDocument file holds its type, stored as it is, as first member. */
function openDocument(kind: string, strength: number): MagicEntry {
  const type = `vnd.oasis.opendocument.${kind}`;
  return [strength, `${OPEN_DOCUMENT}${kind}`, 0, ZIP, 26, `${MIMETYPE_MEMBER}${type}`];
}

const ARCHIVES: readonly MagicEntry[] = [
  ...starts(10, "application/zip", ZIP, `PK\x07\x08${ZIP}`),
  ...starts(70, "application/x-rar", "Rar!"),
  ...starts(100, "application/x-gzip", "\x1f\x8b"),
  ...starts(110, "application/vnd.ms-cab-compressed", "MSCF\0\0\0\0"),
  ...starts(100, "application/x-xar", "xar!"),
  ...starts(70, "application/x-rpm", "drpm", "\xed\xab\xee\xdb"),
  ...starts(171, "application/x-debian-package", "!<arch>\ndebian"),
  ...starts(70, "application/x-stuffit", "SIT!", "StuffIt"),
  ...starts(70, "application/x-archive", "!<arch>", "<ar>", "!<ar>", "<arch>"),
  ...starts(70, "application/x-eet", "\x1e\xe7\xff\0"),
  [70, "application/x-zoo", 20, "\xdc\xa7\xc4\xfd"],
  ...starts(70, "application/x-lz4", "\x02!L\x18", '\x04"M\x18'),
  ...starts(1, "application/x-lrzip", "LRZI"),
  ...starts(70, "application/x-lzip", "LZIP"),
  ...starts(50, "application/warc", "WARC/"),
  ...starts(50, "application/x-7z-compressed", "7z\xbc\xaf'\x1c"),
  ...starts(90, "application/x-xz", "\xfd7zXZ\0"),
  ...starts(50, "application/x-arj", "\x60\xea"),
  ...starts(50, "application/x-cpio", "\xc7\x71", "\x71\xc7"),
  ...starts(50, "application/x-compress", "\x1f\x9d"),
  ...starts(71, "application/x-lzma", "\x5d\0\0"),
  [100, "application/x-ace", 7, "**ACE**"],
  ...starts(60, "application/x-bzip2", "BZh"),
  ...starts(100, "application/x-dmg", "\x78\x01\x73\rbb\x60", "\x78\xdac\x60\x18\x05"),
  ...starts(100, "application/x-dmg", "\x78\x01c\x60\x18\x05", "\x78\xdas\r"),
  [340, "application/zip", 0, "MZ", 30, "Copyright 1989-1990 PKWARE Inc."],
  [340, "application/zip", 0, "MZ", 30, "PKLITE Copr."],
  [120, "application/x-lha", 0, "MZ", 36, "LHa's SFX"],
  [100, "application/vnd.google-earth.kmz", 0, `${ZIP}\x14`, 30, "doc.kml"],
];

const DOCUMENTS: readonly MagicEntry[] = [
  ...starts(80, "application/pdf", "%PDF-"),
  ...starts(80, "application/vnd.fdf", "%FDF-"),
  ...starts(80, "text/rtf", "{\\rtf"),
  ...starts(50, "application/msword", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
  ...starts(50, "application/vnd.openxmlformats-officedocument", `${ZIP}\x14\0\x06\0`),
  [180, "application/x-msaccess", 4, "Standard Jet DB\0"],
  [180, "application/x-msaccess", 4, "Standard ACE DB\0"],
  [110, "application/epub+zip", 0, ZIP, 26, `${MIMETYPE_MEMBER}epub+zip`],
  openDocument("text", 110),
  openDocument("text-template", 120),
  openDocument("graphics", 110),
  openDocument("graphics-template", 120),
  openDocument("presentation", 110),
  openDocument("presentation-template", 120),
  openDocument("spreadsheet", 110),
  openDocument("spreadsheet-template", 120),
  openDocument("chart", 110),
  openDocument("chart-template", 120),
  openDocument("formula", 110),
  openDocument("formula-template", 120),
  openDocument("database", 110),
  openDocument("image", 110),
  openDocument("image-template", 120),
  ...starts(50, "application/postscript", "%!"),
  ...starts(60, "application/postscript", "\x04%!"),
  ...starts(49, "application/x-ms-shortcut", "L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"),
  ...starts(49, "application/vnd.ms-pol", "PReg"),
  ...starts(49, "application/vnd.ms-reg", "REGEDIT4"),
  ...starts(49, "application/vnd.ms-regf", "regf"),
  ...starts(100, "application/vnd.ms-tnef", "\x78\x9f>\x22"),
  ...starts(100, "application/mshelp", "ITSF"),
  ...starts(1, "application/x-ms-reader", "ITOLITLS"),
  ...starts(5, "application/x-pem", "-----BEGIN CERTIFICATE-----"),
  ...starts(280, "application/pgp-signature", "-----BEGIN PGP SIGNATURE-"),
  ...starts(260, "application/pgp", "-----BEGIN PGP MESSAGE-"),
  [330, "application/pgp-keys", 2, "---BEGIN PGP PUBLIC KEY BLOCK-"],
  ...starts(70, "application/vnd.tcpdump.pcap", "\xa1\xb2\xc3\xd4", "\xd4\xc3\xb2\xa1"),
  [100, "application/vnd.tcpdump.pcap", 0, "\n\r\r\n", 8, "\x1a\x2b\x3c\x4d"],
  [100, "application/vnd.tcpdump.pcap", 0, "\n\r\r\n", 8, "\x4d\x3c\x2b\x1a"],
  ...starts(140, "application/x-bittorrent", "d8:announce"),
  ...starts(180, "text/calendar", "BEGIN:VCALENDAR"),
  ...starts(140, "text/x-vcard", "BEGIN:VCARD"),
  ...starts(80, "message/news", "Path:", "Xref:"),
  ...starts(80, "message/rfc822", "From:"),
  ...starts(170, "message/rfc822", "Relay-Version:"),
  ...starts(130, "message/rfc822", "Forward to"),
  ...starts(100, "message/rfc822", "Pipe to"),
  ...starts(100, "message/news", "Article"),
  ...starts(100, "application/bplist", "bplist"),
  ...starts(100, "application/bsdiff", "BSDIFF"),
  ...starts(100, "application/bindiff", "DIFF"),
  ...starts(100, "application/x-kaspavdb", "KLZF"),
  ...starts(100, "application/x-kaspavupdate", "KLD2"),
  ...starts(100, "application/mssql-bak", "MSSQLBAK"),
  ...starts(100, "application/mtf", "TAPE"),
  ...starts(100, "application/chrome-ext", "Cr24"),
  ...starts(70, "application/chrome-ext-upd", "CrOD"),
  ...starts(100, "application/x-vim-tmp", "b0VIM"),
  ...starts(50, "application/x-windows-minidump", "MDMP"),
  ...starts(70, "application/x-gdbm", "GDBM", "\xce\x9a\x57\x13", "\x13\x57\x9a\xce"),
  ...starts(110, "application/x-hdf", "\x89HDF\r\n\x1a\n"),
  [320, "application/mac-binhex40", 11, "must be converted with BinHex"],
  ...starts(10, "application/sla", "solid "),
];

const PROGRAMS: readonly MagicEntry[] = [
  ...starts(51, "application/x-dosexec", "MZ"),
  [190, "application/x-dosexec", 369, "MICROSOFT PIFEX\0"],
  ...["\xce", "\xcf"].flatMap((byte) =>
    starts(100, "application/x-mach-o-executable", `${byte}\xfa\xed\xfe`),
  ),
  ...elf("application/x-object", 1),
  ...elf("application/x-executable", 2),
  ...elf("application/x-sharedlib", 3),
  ...elf("application/x-coredump", 4),
  ...starts(70, "application/x-java-keystore", "\xfe\xed\xfe\xed"),
  ...starts(70, "application/x-java-jce-keystore", "\xce\xce\xce\xce"),
  ...starts(100, "application/x-java-jnlp-file", "<jnlp "),
  ...starts(1, "application/x-java-pack200", "\xca\xfe\xd0\r"),
  ...starts(60, "application/x-shockwave-flash", "FWS", "CWS", "ZWS"),
  ...starts(40, "text/x-m4", "dnl "),
];

/** Object, program, library or core dump, in either order of bytes (gABI 4.1, e_type). */
function elf(mimeType: string, type: number): MagicEntry[] {
  const [little, big] = [String.fromCharCode(type, 0), String.fromCharCode(0, type)];
  return ["\x01", "\x02"].flatMap((size): MagicEntry[] => [
    [50, mimeType, 0, `\x7fELF${size}\x01`, 16, little],
    [50, mimeType, 0, `\x7fELF${size}\x02`, 16, big],
  ]);
}

const IMAGES: readonly MagicEntry[] = [
  ...starts(70, "image/tiff", "MM\0*", "MM\0+", "II*\0", "II+\0"),
  ...starts(70, "image/gif", "GIF8"),
  ...starts(52, "image/jpeg", "\xff\xd8"),
  ...["\x0c", "(", "@", "l", "|", "\x80"].map(
    (size): MagicEntry => [50, "image/x-ms-bmp", 0, "BM", 14, `${size}\0`],
  ),
  ...starts(70, "image/x-icon", "\0\0\x01\0"),
  ...starts(70, "image/x-cursor", "\0\0\x02\0"),
  ...starts(70, "image/vnd.adobe.photoshop", "8BPS"),
  ...starts(110, "image/png", "\x89PNG"),
  [60, "image/jp2", 4, "ftypjp2"],
  [50, "image/jp2", 4, "jP"],
  [70, "image/webp", 0, "RIFF", 8, "WEBP"],
  [70, "image/vnd.djvu", 0, "AT&TFORM", 12, "DJVM"],
  [70, "image/vnd.djvu", 0, "AT&TFORM", 12, "DJVU"],
  ...starts(90, "image/vnd.dwg", "AC1.", "AC2.", "AC10"),
  ...starts(110, "image/x-xcf", "gimp xcf"),
  ...starts(70, "image/x-exr", "\x76\x2f\x31\x01"),
  ...starts(70, "image/x-dpx", "SDPX"),
  ...starts(70, "image/x-xcursor", "Xcur"),
  ...starts(70, "image/x-olympus-orf", "IIRO", "IIRS", "MMOR"),
  ...starts(130, "image/x-canon-cr2", "II*\0\x10\0\0\0CR"),
  ...starts(100, "application/x-ms-dds", "DDS"),
  ...starts(50, "image/x-portable-pixmap", "P7"),
  [70, "image/x-quicktime", 4, "idsc"],
  [70, "application/dicom", 128, "DICM"],
  ...starts(70, "application/font-woff2", "wOF2"),
  ...starts(70, "application/font-woff", "wOFF"),
  ...starts(80, "application/x-font-ttf", "\0\x01\0\0\0"),
  [50, "application/vnd.ms-fontobject", 34, "LP"],
  ...starts(70, "application/vnd.ms-opentype", "OTTO"),
];

const SOUND_AND_FILM: readonly MagicEntry[] = [
  ...[..."\xe2\xe3\xf2\xf3\xf6\xf7\xfa\xfb\xfc\xfd"].flatMap((byte) =>
    starts(20, "audio/mpeg", `\xff${byte}`),
  ),
  ...starts(20, "audio/mpeg", "ID3"),
  ...starts(50, "audio/x-hx-aac-adts", "\xff\xf0", "\xff\xf1", "\xff\xf8", "\xff\xf9"),
  ...starts(70, "audio/x-hx-aac-adif", "ADIF"),
  [70, "audio/m4a", 4, "ftypm4a"],
  [60, "audio/mp4", 4, "ftypM4A"],
  [60, "video/mp4", 4, "ftypM4V"],
  [50, "video/quicktime", 4, "ftypqt"],
  ...["isom", "mp41", "mp42"].map((brand): MagicEntry => [70, "video/mp4", 4, `ftyp${brand}`]),
  ...["3ge", "3gg", "3gp", "3gs", "avc1", "mmp4"].map(
    (brand): MagicEntry => [60, "video/3gpp", 4, `ftyp${brand}`],
  ),
  [70, "video/quicktime", 4, "mdat"],
  [70, "video/quicktime", 4, "moov"],
  ...starts(60, "video/x-flv", "FLV"),
  ...starts(70, "video/x-sgi-movie", "MOVI"),
  [50, "video/x-fli", 4, "\x11\xaf"],
  [50, "video/x-flc", 4, "\x12\xaf"],
  ...[..."\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb"].flatMap((byte) =>
    starts(50, "video/mpeg", `\0\0\x01${byte}`),
  ),
  ...starts(71, "video/mpv", "\0\0\x01\xb3"),
  ...starts(70, "video/x-ms-asf", "0&\xb2u"),
  [70, "video/x-msvideo", 0, "RIFF", 8, "AVI "],
  [70, "audio/x-wav", 0, "RIFF", 8, "WAVE"],
  [70, "audio/x-aiff", 0, "FORM", 8, "AIFF"],
  [70, "audio/x-aiff", 0, "FORM", 8, "AIFC"],
  ...starts(70, "audio/x-flac", "fLaC"),
  ...starts(70, "audio/x-ape", "MAC "),
  ...starts(70, "audio/midi", "MThd"),
  ...starts(70, "application/ogg", "OggS"),
  ...starts(100, "application/vnd.rn-realmedia", ".RMF\0\0\0"),
  [40, "video/mp2t", 0, "G", 188, "G", 376, "G", 564, "G"],
];

const KEYS_AND_REST: readonly MagicEntry[] = [
  ...starts(50, "application/x-pgp-keyring", "\x99\0", "\x95\x01", "\x95\0"),
  ...starts(50, "application/x-gnupg-keyring", "\x99\x01"),
  ...starts(50, "text/PGP", "\xa6\0", "\x85\x02"),
  ...starts(50, "application/x-dvi", "\xf7\x02"),
  ...starts(50, "audio/vnd.dolby.dd-raw", "\x0b\x77"),
];

export const MAGIC_TABLE: readonly MagicEntry[] = [
  ...ARCHIVES,
  ...DOCUMENTS,
  ...PROGRAMS,
  ...IMAGES,
  ...SOUND_AND_FILM,
  ...KEYS_AND_REST,
];
