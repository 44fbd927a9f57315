import { splitWords } from "./irc-parser.ts";

/** Name of the weird for a reply that lacks parts; undefined for one that has all. */
export function replyFault(code: number, params: string): string | undefined {
  const words = splitWords(params).length;
  switch (code) {
    case 311:
      return words < 6 ? "irc_invalid_whois_user_line" : undefined;
    case 313:
      return words < 3 ? "irc_invalid_whois_operator_line" : undefined;
    case 319:
      return words < 2 ? "irc_invalid_whois_channel_line" : undefined;
    case 332:
      return words < 4 || !params.includes(":") ? "irc_invalid_topic_reply" : undefined;
    case 352:
      return words < 9 ? "irc_invalid_who_line" : undefined;
    case 353:
      return words < 3 ? "irc_invalid_names_line" : undefined;
    default:
      return undefined;
  }
}

/** The same for a command. */
export function commandFault(command: string, params: string): string | undefined {
  const words = splitWords(params).length;
  switch (command) {
    case "PRIVMSG":
    case "NOTICE":
    case "SQUERY":
      return params.includes(" ")
        ? undefined
        : `irc_invalid_${command.toLowerCase()}_message_format`;
    case "OPER":
      return words === 2 ? undefined : "irc_invalid_oper_message_format";
    case "KICK":
      return words > 1 ? undefined : "irc_invalid_kick_message_format";
    case "JOIN":
      return words > 0 ? undefined : "irc_invalid_join_line";
    case "NJOIN":
      return words === 2 ? undefined : "irc_invalid_njoin_line";
    case "WHO":
      return words <= 2 ? undefined : "irc_invalid_who_message_format";
    case "WHOIS":
      return words === 1 || words === 2 ? undefined : "irc_invalid_whois_message_format";
    case "INVITE":
      return words === 2 ? undefined : "irc_invalid_invite_message_format";
    case "MODE":
      return params === "" ? "irc_invalid_mode_message_format" : undefined;
    default:
      return undefined;
  }
}
