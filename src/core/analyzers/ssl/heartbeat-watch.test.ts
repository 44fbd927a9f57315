import { expect, test } from "vitest";
import { HeartbeatWatch } from "./heartbeat-watch.ts";

const CIPHER = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA";

function watch(): { heartbeats: HeartbeatWatch; told: string[] } {
  const told: string[] = [];
  const heartbeats = new HeartbeatWatch({
    now: 2e9,
    startTime: 1e9,
    notice: (note, message) => told.push(`${note}: ${message}`),
  });
  return { heartbeats, told };
}

test("an answer longer than its request is a successful attack, told once", () => {
  const { heartbeats, told } = watch();
  for (let n = 0; n < 3; n++) {
    heartbeats.heartbeat(true, 32, CIPHER, false);
    heartbeats.heartbeat(false, 16_416, CIPHER, false);
  }
  expect(told).toEqual([
    "Heartbleed::SSL_Heartbeat_Attack: Heartbeat before ciphertext. Probable attack or scan. Length: 32, is_client: 1",
    `Heartbleed::SSL_Heartbeat_Odd_Length: Heartbeat message smaller than minimum required length. Probable attack. Message length: 32. Required length: 48. Cipher: ${CIPHER}. Cipher match: /^?(_256_CBC_SHA$)$?/`,
    "Heartbleed::SSL_Heartbeat_Attack_Success: An encrypted TLS heartbleed attack was probably detected! First packet client record length 32, first packet server record length 16416. Time: 1.000000",
  ]);
});

test("an honest heartbeat later than a minute says nothing", () => {
  const told: string[] = [];
  const heartbeats = new HeartbeatWatch({
    now: 99e9,
    startTime: 1e9,
    notice: (note) => told.push(note),
  });
  heartbeats.noteData();
  heartbeats.heartbeat(true, 64, CIPHER, true);
  heartbeats.heartbeat(false, 64, CIPHER, true);
  expect(told).toEqual([]);
});
