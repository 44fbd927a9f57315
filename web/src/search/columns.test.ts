import { expect, test } from "vitest";
import { movedTo } from "./columns.ts";

test("a column takes the place of the one that it is dropped on, whichever way it is dragged", () => {
  expect(movedTo(["a", "b", "c", "d"], "a", "c")).toEqual(["b", "c", "a", "d"]);
  expect(movedTo(["a", "b", "c", "d"], "d", "b")).toEqual(["a", "d", "b", "c"]);
  expect(movedTo(["a", "b"], "a", "b")).toEqual(["b", "a"]);
});
