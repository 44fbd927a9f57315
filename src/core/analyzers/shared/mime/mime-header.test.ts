import { expect, test } from "vitest";
import { fileName } from "./mime-header.ts";

const named = (value: string) =>
  fileName("content-disposition", new Uint8Array(Buffer.from(value, "latin1")));

test.each([
  ['attachment; filename="a b.zip"', "a b.zip"],
  ["attachment; filename*=UTF-8''%e2%82%ac.txt", "\u20ac.txt"],
  ["attachment; filename*0=long-; filename*1=name.zip", "long-name.zip"],
  ['attachment; filename*1="name.zip"; filename*0="long-"', "long-name.zip"],
  ["attachment; filename*0*=utf-8'en'a%20; filename*1=b", "a b"],
  ["attachment; filename*1=second.zip", undefined],
  ["inline", undefined],
])("%s names its entity", (value, name) => {
  expect(named(value)).toBe(name);
});
