export { GuessWatch } from "./guess-watch.ts";
export { noticeSchema } from "./notice-events.ts";
export { type Notice, writeNotice } from "./notices.ts";
