import type { Limit } from "../../base/index.ts";
import { type Conversation, hexText, type LogWriter } from "../shared/index.ts";

/** What a connection's row says; filled as messages come. */
export class SmbFacts {
  dialect: string | undefined;
  clientDialects: readonly string[] | undefined;
  serverGuid: string | undefined;
  signing: string | undefined;
  cipher: string | undefined;
  compression: readonly string[] | undefined;
  username: string | undefined;
  domain: string | undefined;
  nativeOs: string | undefined;
  nativeLanman: string | undefined;
  serverOs: string | undefined;
  isGuest: boolean | undefined;
  messages = 0;
  encryptedMessages = 0;
  compressedMessages = 0;
  startTime = -1;
  #fileNames: Set<string> | undefined;

  addFileName(name: string, limit: Limit): void {
    if (name === "") return;
    this.#fileNames ??= new Set();
    if (this.#fileNames.has(name)) return;
    if (this.#fileNames.size >= limit.maximum) limit.reached++;
    else this.#fileNames.add(name);
  }

  setServerGuid(bytes: Uint8Array): void {
    this.serverGuid = hexText(bytes);
  }

  write(log: LogWriter, conversation: Conversation): void {
    log
      .row(this.startTime, conversation)
      .text("dialect", this.dialect)
      .list("client_dialects", this.clientDialects)
      .text("server_guid", this.serverGuid)
      .text("signing", this.signing)
      .text("cipher", this.cipher)
      .list("compression", this.compression)
      .text("username", this.username)
      .text("domainname", this.domain)
      .text("native_os", this.nativeOs)
      .text("native_lanman", this.nativeLanman)
      .text("server_os", this.serverOs)
      .list("file_names", this.#fileNames && [...this.#fileNames])
      .bool("guest", this.isGuest)
      .count("messages", this.messages)
      .count("encrypted_messages", this.encryptedMessages)
      .count("compressed_messages", this.compressedMessages);
  }
}
