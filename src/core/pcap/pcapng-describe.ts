import { createLimit, type Limit } from "../base/index.ts";
import type {
  CaptureInterface,
  CaptureLayout,
  CaptureLimits,
  CaptureSection,
  InterfaceStatistics,
} from "./capture-layout.ts";
import { type BlockOption, optionText, readOptions } from "./pcapng-options.ts";

const OPTION_COMMENT = 1;

/** A block's place in the view and in the capture. */
export interface BlockPlace {
  readonly view: DataView;
  readonly at: number;
  readonly totalBytes: number;
  readonly littleEndian: boolean;
  readonly offset: number;
}

/** Reads the blocks that describe a capture into its layout, each list within its limit. */
export class PcapngDescriber {
  readonly limits: Record<"comments" | "secrets" | "statistics" | "blockTypes" | "texts", Limit>;
  readonly #layout: CaptureLayout;
  #keptTextBytes = 0;
  readonly #textBytes: number;

  constructor(layout: CaptureLayout, limits: CaptureLimits) {
    this.#layout = layout;
    this.#textBytes = limits.textBytes;
    this.limits = {
      comments: createLimit("capture comments", limits.comments),
      secrets: createLimit("embedded secrets", limits.secrets),
      statistics: createLimit("interface statistics", limits.statistics),
      blockTypes: createLimit("block types", limits.blockTypes),
      texts: createLimit("bytes of texts", limits.textBytesTotal),
    };
  }

  /** Section Header Block, §4.1. */
  addSection(block: BlockPlace): void {
    const { view, at, littleEndian } = block;
    const options = this.#options(block, 24);
    const major = view.getUint16(at + 12, littleEndian);
    const minor = view.getUint16(at + 14, littleEndian);
    const section: CaptureSection = {
      offset: block.offset,
      byteOrder: littleEndian ? "little" : "big",
      version: `${major}.${minor}`,
      firstInterface: this.#layout.interfaces.length,
      ...this.#texts(view, options, { hardware: 2, operatingSystem: 3, application: 4 }),
    };
    this.#layout.sections.push(section);
    this.#addComments(block, options);
  }

  /** Interface Description Block, §4.2. */
  addInterface(block: BlockPlace): CaptureInterface {
    const { view, at, littleEndian } = block;
    const options = this.#options(block, 16);
    const resolution = options.find((option) => option.code === 9 && option.lengthBytes >= 1);
    const offset = options.find((option) => option.code === 14 && option.lengthBytes >= 8);
    const filter = options.find((option) => option.code === 11 && option.lengthBytes >= 1);
    const added: CaptureInterface = {
      offset: block.offset,
      linkType: view.getUint16(at + 8, littleEndian),
      snapLength: view.getUint32(at + 12, littleEndian),
      timeResolution: resolution ? view.getUint8(resolution.start) : 6,
      timeOffsetSeconds: offset ? Number(view.getBigInt64(offset.start, littleEndian)) : 0,
      ...this.#texts(view, options, { name: 2, description: 3 }),
      // The first byte names the filter's language; 0 = a filter string.
      ...(filter && view.getUint8(filter.start) === 0
        ? { captureFilter: this.#text(view, skipByte(filter)) }
        : {}),
    };
    this.#layout.interfaces.push(added);
    this.#addComments(block, options);
    return added;
  }

  /** Interface Statistics Block, §4.6. */
  addStatistics(block: BlockPlace, firstInterface: number): void {
    const { view, at, littleEndian } = block;
    const options = this.#options(block, 20);
    this.#addComments(block, options);
    if (!admit(this.limits.statistics, this.#layout.statistics.length)) return;
    const counter = (code: number): string | undefined => {
      const option = options.find((one) => one.code === code && one.lengthBytes >= 8);
      return option && view.getBigUint64(option.start, littleEndian).toString();
    };
    const counters = {
      received: counter(4),
      dropped: counter(5),
      accepted: counter(6),
      osDropped: counter(7),
      delivered: counter(8),
    };
    const known = Object.entries(counters).filter(([, value]) => value !== undefined);
    const statistics: InterfaceStatistics = {
      offset: block.offset,
      interfaceIndex: firstInterface + view.getUint32(at + 8, littleEndian),
      ...(Object.fromEntries(known) as Record<string, string>),
    };
    this.#layout.statistics.push(statistics);
  }

  /** Decryption Secrets Block, §4.7: notes where the secrets lie and gives that range of the view. */
  addSecrets(block: BlockPlace): { type: number; start: number; lengthBytes: number } {
    const { view, at, littleEndian } = block;
    const type = view.getUint32(at + 8, littleEndian);
    const claimed = view.getUint32(at + 12, littleEndian);
    const lengthBytes = Math.min(claimed, block.totalBytes - 20);
    if (admit(this.limits.secrets, this.#layout.secrets.length)) {
      this.#layout.secrets.push({ offset: block.offset + 16, lengthBytes, secretsType: type });
    }
    return { type, start: at + 16, lengthBytes };
  }

  /** Keeps the comments among a packet's options. */
  addPacketComments(block: BlockPlace, optionsStart: number): void {
    this.#addComments(block, this.#options(block, optionsStart));
  }

  countBlock(name: string): void {
    const { blocks } = this.#layout;
    const known = blocks[name];
    if (known !== undefined) blocks[name] = known + 1;
    else if (admit(this.limits.blockTypes, Object.keys(blocks).length)) blocks[name] = 1;
    else blocks["other"] = (blocks["other"] ?? 0) + 1;
  }

  #options(block: BlockPlace, skipBytes: number): BlockOption[] {
    const range = { start: block.at + skipBytes, end: block.at + block.totalBytes - 4 };
    return readOptions(block.view, range, block.littleEndian);
  }

  #addComments(block: BlockPlace, options: readonly BlockOption[]): void {
    for (const option of options) {
      if (
        option.code !== OPTION_COMMENT ||
        !admit(this.limits.comments, this.#layout.comments.length)
      )
        continue;
      this.#layout.comments.push({ offset: block.offset, text: this.#text(block.view, option) });
    }
  }

  #texts<Name extends string>(
    view: DataView,
    options: readonly BlockOption[],
    codes: Record<Name, number>,
  ): Partial<Record<Name, string>> {
    const texts: Partial<Record<Name, string>> = {};
    for (const [name, code] of Object.entries(codes) as [Name, number][]) {
      const option = options.find((one) => one.code === code);
      if (option) texts[name] = this.#text(view, option);
    }
    return texts;
  }

  /** The option's text, or an empty one where no more texts may be kept. */
  #text(view: DataView, option: BlockOption): string {
    const { texts } = this.limits;
    const bytes = Math.min(option.lengthBytes, this.#textBytes);
    if (this.#keptTextBytes + bytes > texts.maximum) {
      texts.reached++;
      return "";
    }
    this.#keptTextBytes += bytes;
    return optionText(view, option, this.#textBytes);
  }
}

function skipByte(option: BlockOption): BlockOption {
  return { ...option, start: option.start + 1, lengthBytes: option.lengthBytes - 1 };
}

/** True while there is room; a try without is counted. */
function admit(limit: Limit, kept: number): boolean {
  if (kept < limit.maximum) return true;
  limit.reached++;
  return false;
}
