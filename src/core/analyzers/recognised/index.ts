export { bittorrent } from "./bittorrent.ts";
export { enip } from "./enip.ts";
export { ike } from "./ike.ts";
export { stun } from "./stun.ts";
export { sunRpc } from "./sun-rpc.ts";
