import type { Ciphers } from "../../base/index.ts";
import type { KeyLog, Side } from "../shared/index.ts";
import {
  type OpenedPacket,
  PacketKeys,
  type PacketPlace,
  type PacketSuite,
  packetSuite,
} from "./packet-keys.ts";

/** What carries streams (RFC 9000 12.4), and is opened with secrets. */
type Level = "zeroRtt" | "data";

/** Labels of key logs, for the client and for the server. */
const LABELS: Record<Level, readonly string[]> = {
  zeroRtt: ["CLIENT_EARLY_TRAFFIC_SECRET"],
  data: ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"],
};
/** 0-RTT is opened before the server has said which suite it takes: these are tried. */
const EARLY_CIPHERS = [0x1301, 0x1302, 0x1303];

/** One side of a level: its keys, and the number that it is at. */
interface LevelState {
  keys: PacketKeys;
  /** Keys behind the next update, once they were asked for. */
  next: PacketKeys | undefined;
  keyPhase: 0 | 1;
  highest: number;
}

/** Opens the packets of one connection behind its hellos with secrets of a key log (RFC 9001). */
export class QuicDecryption {
  /** What key logs call the connection by: the client's random, in hexadecimal. */
  readonly clientRandom: string;
  readonly #ciphers: Ciphers;
  readonly #keyLog: KeyLog;
  readonly #isV2: boolean;
  readonly #states = new Map<string, LevelState | undefined>();
  #suite: PacketSuite | undefined;

  constructor(
    sources: { readonly ciphers: Ciphers; readonly keyLog: KeyLog },
    about: { readonly clientRandom: string; readonly isV2: boolean },
  ) {
    this.#ciphers = sources.ciphers;
    this.#keyLog = sources.keyLog;
    this.clientRandom = about.clientRandom;
    this.#isV2 = about.isV2;
  }

  /** The server has chosen. */
  chosen(cipher: number): void {
    this.#suite = packetSuite(cipher);
  }

  /** Undefined when there is no secret or the packet does not open with it. */
  open(
    level: Level,
    side: Side,
    bytes: Uint8Array,
    place: Omit<PacketPlace, "highest">,
  ): OpenedPacket | undefined {
    if (level === "zeroRtt" && this.#suite === undefined) return this.#openEarly(bytes, place);
    const state = this.#state(level, side);
    return state && this.#openWith(state, bytes, place);
  }

  #state(level: Level, side: Side): LevelState | undefined {
    const suite = this.#suite;
    if (suite === undefined) return undefined;
    const name = `${level} ${side}`;
    if (!this.#states.has(name)) this.#states.set(name, this.#begin(LABELS[level][side], suite));
    return this.#states.get(name);
  }

  #begin(label: string | undefined, suite: PacketSuite): LevelState | undefined {
    const secret = label && this.#keyLog.secret(label, this.clientRandom);
    if (!secret) return undefined;
    const keys = new PacketKeys(this.#ciphers, suite, { secret, isV2: this.#isV2 });
    return { keys, next: undefined, keyPhase: 0, highest: -1 };
  }

  #openEarly(bytes: Uint8Array, place: Omit<PacketPlace, "highest">): OpenedPacket | undefined {
    for (const cipher of EARLY_CIPHERS) {
      const state = this.#begin(LABELS.zeroRtt[0], packetSuite(cipher)!);
      const opened = state && this.#openWith(state, bytes, place);
      if (opened !== undefined) return opened;
    }
    return undefined;
  }

  #openWith(
    state: LevelState,
    bytes: Uint8Array,
    place: Omit<PacketPlace, "highest">,
  ): OpenedPacket | undefined {
    const header = state.keys.header(bytes, { ...place, highest: state.highest });
    if (header === undefined) return undefined;
    const isLong = (bytes[place.at]! & 0x80) !== 0;
    const isUpdated = !isLong && header.keyPhase !== state.keyPhase;
    if (isUpdated) state.next ??= state.keys.next();
    const frames = (isUpdated ? state.next! : state.keys).open(header);
    if (frames === undefined) return undefined;
    if (isUpdated) {
      state.keys = state.next!;
      state.next = undefined;
      state.keyPhase = header.keyPhase;
    }
    state.highest = Math.max(state.highest, header.number);
    return { number: header.number, frames };
  }
}
