import { field, type LogSchema } from "../../events/index.ts";

/** Zeek's software log: programs that local hosts run, as they name themselves. */
export const softwareSchema: LogSchema = {
  name: "software",
  shown: true,
  says: "Programs seen on local hosts, by what they say of themselves: once for each version.",
  brief: ["ts", "host", "host_p", "software_type", "name", "unparsed_version"],
  fields: [
    field("ts", "time", "When it was seen first."),
    field("host", "addr", "The host that runs it."),
    field("host_p", "port", "The port it serves, for a service.", { optional: true }),
    field("software_type", "dict", "What it is, such as HTTP::BROWSER or SSH::SERVER."),
    field("name", "dict", "Its name, read out of what it says.", { optional: true }),
    field("version.major", "count", "First number of its version.", { optional: true }),
    field("version.minor", "count", "Second number of its version.", { optional: true }),
    field("version.minor2", "count", "Third number of its version.", { optional: true }),
    field("version.minor3", "count", "Fourth number of its version.", { optional: true }),
    field("version.addl", "text", "What follows the numbers, such as a build or a system.", {
      optional: true,
    }),
    field("unparsed_version", "text", "What it says of itself, whole.", { optional: true }),
  ],
};
