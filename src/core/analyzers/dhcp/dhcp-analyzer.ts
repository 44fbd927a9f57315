import type { Conversation, Session, Side } from "../shared/index.ts";
import { parseDhcp } from "./dhcp-parser.ts";
import type { DhcpTransactions } from "./dhcp-transactions.ts";

/** DHCP (RFC 2131) on one flow. */
export class DhcpAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #transactions: DhcpTransactions;

  constructor(conversation: Conversation, transactions: DhcpTransactions) {
    this.#conversation = conversation;
    this.#transactions = transactions;
  }

  data(side: Side, bytes: Uint8Array): void {
    const conversation = this.#conversation;
    const message = parseDhcp(bytes);
    if (message === undefined) {
      conversation.reject("no DHCP message");
      return;
    }
    conversation.trace?.mark("dhcp", "trans_id", side, 4, 4);
    conversation.trace?.mark("dhcp", "mac", side, 28, 6);
    if (message.yiaddr !== 0) conversation.trace?.mark("dhcp", "assigned_addr", side, 16, 4);
    if (message.type !== 0) conversation.confirm("dhcp");
    this.#transactions.message(conversation, side, message);
  }
}
