import type { Limit } from "../../base/index.ts";
import type {
  AnalyzerServices,
  Conversation,
  LogWriter,
  SoftwareInventory,
  SoftwareSighting,
} from "../shared/index.ts";
import { softwareSchema } from "./software-events.ts";
import { readSoftware } from "./software-version.ts";

/** A banner longer than this names no program. */
const BANNER_MAX = 1024;

/** Writes the `software` log: each version of each program of an asset once a capture. */
export class SoftwareLog implements SoftwareInventory {
  readonly #log: LogWriter;
  readonly #isAsset: (address: Int32Array) => boolean;
  readonly #limit: Limit;
  readonly #seen = new Set<string>();

  constructor(services: Pick<AnalyzerServices, "log" | "isAsset" | "limit">) {
    this.#log = services.log(softwareSchema);
    this.#isAsset = services.isAsset;
    this.#limit = services.limit("software.sightings", 100_000);
  }

  saw(conversation: Conversation, sighting: SoftwareSighting): void {
    const { kind, banner, side, isService } = sighting;
    if (banner === "" || banner.length > BANNER_MAX) return;
    const host = sighting.host ?? (side === 0 ? conversation.originator : conversation.responder);
    if (!this.#isAsset(host)) return;
    const key = `${host.join()} ${banner}`;
    if (this.#seen.has(key)) return;
    if (this.#seen.size >= this.#limit.maximum) {
      this.#limit.reached++;
      return;
    }
    this.#seen.add(key);
    const { name, version } = readSoftware(banner);
    const [major, minor, minor2, minor3] = version.numbers;
    this.#log
      .bareRow(conversation.now)
      .address("host", host)
      .count("host_p", isService ? conversation.responderPort : undefined)
      .text("software_type", kind)
      .text("name", name)
      .count("version.major", major)
      .count("version.minor", minor)
      .count("version.minor2", minor2)
      .count("version.minor3", minor3)
      .text("version.addl", version.addl)
      .text("unparsed_version", banner);
  }
}
