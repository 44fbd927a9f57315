/** Unmatched messages of one id, and ids with unmatched messages, that are waited for. */
const MESSAGES_MAX = 50;
const IDS_MAX = 50;

/** What a row says of a query and its reply, as far as they were seen. */
export interface DnsTransaction {
  readonly time: number;
  readonly id: number;
  rtt: number | undefined;
  query: string | undefined;
  qclass: number | undefined;
  qtype: number | undefined;
  rcode: number | undefined;
  AA: boolean;
  TC: boolean;
  RD: boolean;
  RA: boolean;
  Z: number;
  answers: string[] | undefined;
  ttls: string[] | undefined;
  auth: Set<string> | undefined;
  addl: Set<string> | undefined;
  /** Letters of answers, auth and addl. */
  answerCharacters: number;
  isRejected: boolean;
  opcode: number | undefined;
  sawQuery: boolean;
  sawReply: boolean;
}

export function createTransaction(time: number, id: number): DnsTransaction {
  return {
    time,
    id,
    rtt: undefined,
    query: undefined,
    qclass: undefined,
    qtype: undefined,
    rcode: undefined,
    AA: false,
    TC: false,
    RD: false,
    RA: false,
    Z: 0,
    answers: undefined,
    ttls: undefined,
    auth: undefined,
    addl: undefined,
    answerCharacters: 0,
    isRejected: false,
    opcode: undefined,
    sawQuery: false,
    sawReply: false,
  };
}

type Queues = Map<number, DnsTransaction[]>;

/**
 * Queries that wait for their reply, and replies that came before their query, by id and in order. What
 * will hardly find its other half any more is given up.
 */
export class DnsTransactions {
  readonly #giveUp: (transaction: DnsTransaction) => void;
  /** Nearly every flow asks once: one query without a table. */
  #query: DnsTransaction | undefined;
  #queries: Queues | undefined;
  #replies: Queues | undefined;

  constructor(giveUp: (transaction: DnsTransaction) => void) {
    this.#giveUp = giveUp;
  }

  /** The transaction that a query belongs to. */
  query(id: number, time: number): DnsTransaction {
    const early = this.#take(this.#replies, id);
    if (early !== undefined) return early;
    const transaction = createTransaction(time, id);
    if (this.#query === undefined) this.#query = transaction;
    else {
      this.#queries ??= new Map();
      this.#put(this.#queries, transaction);
    }
    return transaction;
  }

  /** The transaction that a reply belongs to. */
  reply(id: number, time: number): DnsTransaction {
    if (this.#query?.id === id) {
      const transaction = this.#query;
      this.#query = this.#nextQuery(id);
      return transaction;
    }
    const waiting = this.#take(this.#queries, id);
    if (waiting !== undefined) return waiting;
    const transaction = createTransaction(time, id);
    this.#replies ??= new Map();
    this.#put(this.#replies, transaction);
    return transaction;
  }

  /** Gives up all that waits. */
  end(): void {
    if (this.#query !== undefined) this.#giveUp(this.#query);
    this.#query = undefined;
    for (const queues of [this.#queries, this.#replies]) {
      if (queues !== undefined) this.#giveUpAll(queues);
    }
  }

  /** A query of the same id keeps its place in front of later ones; else any that waits. */
  #nextQuery(id: number): DnsTransaction | undefined {
    const same = this.#take(this.#queries, id);
    if (same !== undefined || this.#queries === undefined) return same;
    const [first] = this.#queries.keys();
    return first === undefined ? undefined : this.#take(this.#queries, first);
  }

  #put(queues: Queues, transaction: DnsTransaction): void {
    let queue = queues.get(transaction.id);
    if (queue === undefined && queues.size > IDS_MAX) this.#giveUpAll(queues);
    else if (queue !== undefined && queue.length > MESSAGES_MAX) {
      for (const old of queue) this.#giveUp(old);
      queue = undefined;
    }
    if (queue === undefined) queues.set(transaction.id, [transaction]);
    else queue.push(transaction);
  }

  #take(queues: Queues | undefined, id: number): DnsTransaction | undefined {
    const queue = queues?.get(id);
    const first = queue?.shift();
    if (queue?.length === 0) queues!.delete(id);
    return first;
  }

  #giveUpAll(queues: Queues): void {
    for (const queue of queues.values()) for (const old of queue) this.#giveUp(old);
    queues.clear();
  }
}
