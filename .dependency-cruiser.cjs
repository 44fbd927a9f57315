// The table is the architecture: a unit may import itself and any unit above it in the list.
// Under TypeScript 7 the cruiser reads no module and passes, so scripts/check.mjs asserts the count.
const UNITS = [
  "core/base",
  "core/packet",
  "core/pcap",
  "core/flow",
  "core/events",
  "core/analyzers",
  "core/rules",
  "core/detectors",
  "core/engine",
  "core/query",
  "core/custody",
  "core/traffic",
  "api",
  "platform",
  "services/ledger",
  "services/vault",
  "services/index",
  "services/recorder",
  "services/collector",
  "services/outputs",
  "services/evidence",
  "services/home",
  "server",
  "cli",
];
const NOT_SHIPPED = "\\.(test|fuzz|bench|contract)\\.ts$";
const any = (units) => `(${units.join("|")})`;
const below = (unit) => UNITS.slice(UNITS.indexOf(unit) + 1);
const error = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    error("no-cycles", "A cycle means two files are one file.", {}, { circular: true }),
    error(
      "unit-is-listed",
      "Every folder under src/ has a line in UNITS.",
      {},
      { path: "^src/", pathNot: `^src/${any(UNITS)}/` },
    ),
    error(
      "unlisted-unit-imports",
      "The same, for a folder that only imports.",
      { path: "^src/", pathNot: `^src/${any(UNITS)}/` },
      {},
    ),
    error(
      "file-is-imported",
      "Dead files go; what lies in web/public is served as it is.",
      { orphan: true, path: "^(src|web)/", pathNot: [NOT_SHIPPED, "^web/public/"].flat() },
      {},
    ),
    ...UNITS.filter((unit) => below(unit).length > 0).map((unit) =>
      error(
        `${unit}-imports-only-units-above-it`,
        "See UNITS.",
        { path: `^src/${unit}/` },
        { path: `^src/${any(below(unit))}/` },
      ),
    ),
    error(
      "core-does-no-io",
      "core/ takes bytes and returns values.",
      { path: "^src/core/", pathNot: NOT_SHIPPED },
      { dependencyTypes: ["core"] },
    ),
    error(
      "files-only-in-platform",
      "Durable writes have one home.",
      { path: "^src/", pathNot: ["^src/platform/", NOT_SHIPPED] },
      { path: "^(node:)?(fs(/promises)?|child_process)$" },
    ),
    error(
      "enter-by-the-door",
      "Another unit is entered by its index.ts.",
      { path: "^src/((core|services)/[^/]+|[^/]+)/" },
      { path: "^src/", pathNot: ["^src/$1/", "/index\\.ts$"] },
    ),
    error(
      "analyzers-are-strangers",
      "Protocols share code through analyzers/shared.",
      { path: "^src/core/analyzers/([^/]+)/" },
      {
        path: "^src/core/analyzers/[^/]+/",
        pathNot: ["^src/core/analyzers/$1/", "^src/core/analyzers/shared/"],
      },
    ),
    error(
      "web-enters-by-the-door",
      "As above, for the browser.",
      { path: "^web/" },
      { path: "^src/", pathNot: "/index\\.ts$" },
    ),
    error(
      "web-sees-core-and-api",
      "The browser talks to the server through api/.",
      { path: "^web/" },
      { path: "^src/", pathNot: "^src/(core|api)/" },
    ),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true, // count type-only imports too
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^web/dist/" }, // built, not written
  },
};
