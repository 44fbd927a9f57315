import { expect, test } from "vitest";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import type { Session } from "./conversation.ts";
import { MessageStream, type MessageStreamOptions } from "./message-stream.ts";
import type { Side } from "./side.ts";

const LOOKED_BYTES = 8;

/** A protocol whose messages are a length, that counts itself, and text. */
function open(options: Partial<MessageStreamOptions> & { from?: Side } = {}) {
  const read: string[] = [];
  const given: string[] = [];
  const session: Session = {
    data: (side, bytes, position) => given.push(`${side}:${position}:${Buffer.from(bytes)}`),
    gap: (side, length, position) => given.push(`${side}:${position}:gap ${length}`),
    finished: (side) => given.push(`${side} finished`),
    end: () => given.push("end"),
  };
  const { from } = options;
  let hasBegun = from === undefined;
  const stream: MessageStream = new MessageStream(
    {
      readMessage(side, { bytes, position }) {
        if (side !== from && !hasBegun) return 0;
        const length = bytes[0]!;
        if (bytes.length < Math.min(length, LOOKED_BYTES)) return 0;
        const text = Buffer.from(bytes.subarray(1, Math.min(length, LOOKED_BYTES))).toString();
        read.push(`${side}:${position}:${text}`);
        hasBegun = true;
        if (text === "tls") stream.giveTo(session);
        if (text === "bye") stream.close();
        return length;
      },
    },
    { heldBytesMax: 32, ...options },
  );
  return { stream, read, given };
}

const message = (text: string) => Uint8Array.of(text.length + 1, ...Buffer.from(text));
const LONG = "a message far longer than is looked at";
const bytes = Uint8Array.from(["one", "", LONG, "two"].flatMap((text) => [...message(text)]));
const READ = ["0:0:one", "0:4:", "0:5:a messa", "0:44:two"];

test("messages come out whole however they are cut, and long ones are passed over", () => {
  for (let first = 1; first <= bytes.length; first++) {
    for (const step of [1, 7, bytes.length]) {
      const { stream, read } = open();
      stream.data(0, bytes.slice(0, first), 0);
      for (let at = first; at < bytes.length; at += step) {
        expect(stream.data(0, bytes.slice(at, at + step), at)).toBe(true);
      }
      expect(read).toEqual(READ);
    }
  }
});

test("a hole inside what is passed over loses nothing, any other closes", () => {
  const { stream, read } = open();
  stream.data(0, bytes.subarray(0, 20), 0);
  stream.gap(0, 10, 20);
  stream.data(0, bytes.subarray(30), 30);
  expect(read).toEqual(READ);
  stream.gap(0, 1, 48);
  expect(stream.isClosed).toBe(true);
  expect(stream.data(0, message("more"), 49)).toBe(true);
  expect(read).toEqual(READ);
});

test("a hole that goes beyond what is passed over closes", () => {
  const { stream } = open();
  stream.data(0, bytes.subarray(0, 20), 0);
  stream.gap(0, 25, 20);
  expect(stream.isClosed).toBe(true);
});

test("a side that was begun anew reads its next bytes as a message", () => {
  const { stream, read } = open();
  stream.data(0, Uint8Array.of(9, 65), 0);
  stream.restart(0);
  stream.data(0, message("anew"), 50);
  expect(read).toEqual(["0:50:anew"]);
});

test("more than may be held closes, in one delivery or in many", () => {
  for (const size of [1, 40]) {
    const { stream, read } = open({ from: 1 });
    let isHeld = true;
    for (let at = 0; at < 40; at += size) isHeld &&= stream.data(0, new Uint8Array(size), at);
    expect([isHeld, stream.isClosed, read]).toEqual([false, true, []]);
  }
});

test("behind the message that says so everything is another session's", () => {
  const { stream, read, given } = open({ takesTurns: true, from: 1 });
  stream.data(0, message("early"), 0);
  stream.data(1, Uint8Array.of(...message("tls"), 22, 3), 0);
  stream.data(0, Uint8Array.of(22), 6);
  stream.gap(1, 5, 6);
  stream.finished(0);
  stream.end();
  expect(read).toEqual(["1:0:tls"]);
  expect(given).toEqual([
    "0:0:\x06early",
    "1:4:\x16\x03",
    "0:6:\x16",
    "1:6:gap 5",
    "0 finished",
    "end",
  ]);
});

test("what one side says frees what the other said before, where they take turns", () => {
  const { stream, read } = open({ takesTurns: true, from: 1 });
  stream.data(0, message("hello"), 0);
  expect(read).toEqual([]);
  stream.data(1, message("hi"), 0);
  expect(read).toEqual(["1:0:hi", "0:0:hello"]);
});

test("a reader that closes is not asked again", () => {
  const { stream, read } = open();
  stream.data(0, Uint8Array.of(...message("bye"), ...message("again")), 0);
  stream.data(1, message("again"), 0);
  expect(read).toEqual(["0:0:bye"]);
});

test("twice the bytes, one by one, are twice the work", () => {
  const many = (size: number) => () => {
    const { stream } = open();
    for (let at = 0; at < size; at++) stream.data(0, bytes.subarray(at % 48, (at % 48) + 1), at);
  };
  expect(growthOf(many, 2_000)).toBeLessThanOrEqual(2.3);
});
