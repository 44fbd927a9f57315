/** A command whose reply may still come. */
export interface PendingCommand {
  readonly time: number;
  readonly command: string;
  readonly argument: string;
  readonly number: number;
  /** Its reply was used to find out the folder. */
  isFolderKnown: boolean;
}

/** Codes that a command may be answered with (RFC 959 5.4, 2389, 2428, 3659). */
const CODES: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  Object.entries({
    "<init>": [120, 220, 421, 0],
    "<missing>": [0],
    USER: [230, 331, 332, 421, 530, 500, 501],
    PASS: [230, 202, 332, 421, 530, 500, 501, 503],
    ACCT: [230, 202, 421, 530, 500, 501, 503],
    CWD: [250, 421, 500, 501, 502, 530, 550],
    CDUP: [200, 250, 421, 500, 501, 502, 530, 550],
    SMNT: [202, 250, 421, 500, 501, 502, 530, 550],
    REIN: [120, 220, 421, 500, 502],
    QUIT: [221, 500, 0],
    PORT: [200, 421, 500, 501, 530],
    PASV: [227, 421, 500, 501, 502, 530],
    MODE: [200, 421, 500, 501, 502, 504, 530],
    TYPE: [200, 421, 500, 501, 504, 530],
    STRU: [200, 421, 500, 501, 504, 530],
    ALLO: [200, 202, 421, 500, 501, 504, 530],
    REST: [200, 350, 421, 500, 501, 502, 530],
    STOR: [
      110, 125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 452, 553, 500, 501,
    ].concat([530, 550]),
    STOU: [
      110, 125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 452, 553, 500, 501,
    ].concat([530, 550]),
    RETR: [110, 125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 530, 550],
    LIST: [125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 502, 530, 550],
    NLST: [125, 150, 226, 250, 421, 425, 426, 451, 450, 500, 501, 502, 530, 550],
    APPE: [
      125, 150, 226, 250, 421, 425, 426, 451, 551, 552, 532, 450, 550, 452, 553, 500, 501,
    ].concat([502, 530]),
    RNFR: [350, 421, 450, 550, 500, 501, 502, 530],
    RNTO: [250, 421, 532, 553, 500, 501, 502, 503, 530],
    DELE: [250, 421, 450, 550, 500, 501, 502, 530],
    RMD: [250, 421, 500, 501, 502, 530, 550],
    MKD: [257, 421, 500, 501, 502, 530, 550],
    PWD: [257, 421, 500, 501, 502, 550],
    ABOR: [225, 226, 421, 500, 501, 502],
    SYST: [215, 421, 500, 501, 502, 530],
    STAT: [211, 212, 213, 421, 450, 500, 501, 502, 530],
    HELP: [200, 211, 214, 421, 500, 501, 502],
    SITE: [200, 202, 214, 500, 501, 502, 530],
    NOOP: [200, 421, 500],
    LPRT: [500, 501, 521],
    FEAT: [211, 500, 502],
    OPTS: [200, 451, 501],
    EPSV: [229, 500, 501],
    EPRT: [200, 500, 501, 522],
    SIZE: [213, 500, 501, 550],
    MDTM: [213, 500, 501, 550],
    MLST: [150, 226, 250, 500, 501, 550],
    MLSD: [150, 226, 250, 500, 501, 550],
    CLNT: [200, 500],
    MACB: [200, 500, 550],
  }).map(([command, codes]) => [command, new Set(codes)]),
);

/** Commands of a session that wait for replies, since clients send several at once. */
export class PendingCommands {
  readonly #commands = new Map<number, PendingCommand>();
  #number = 0;

  get size(): number {
    return this.#commands.size;
  }

  add(time: number, command: string, argument: string): void {
    const number = ++this.#number;
    this.#commands.set(number, { time, command, argument, number, isFolderKnown: false });
  }

  remove({ number }: PendingCommand): boolean {
    return this.#commands.delete(number);
  }

  /** The command that a reply fits best: by its code, then by what it repeats, then the oldest. */
  bestFor(code: number, message: string): PendingCommand | undefined {
    let best: PendingCommand | undefined;
    let bestScore = -1;
    for (const pending of this.#commands.values()) {
      let score = 0;
      if (code === 500 || CODES.get(pending.command)?.has(code) === true) score += 100;
      if (message.includes(pending.command)) score += 20;
      if (message.includes(pending.argument)) score += 10;
      if (score > bestScore) {
        bestScore = score;
        best = pending;
      }
    }
    return best;
  }

  values(): IterableIterator<PendingCommand> {
    return this.#commands.values();
  }
}
