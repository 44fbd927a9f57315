import { defineConfig } from "vitest/config";

export default defineConfig({
  // They wait for the browser as often as they keep it at work: two files at once fill two cores.
  test: {
    include: ["test/web/**/*.test.ts"],
    globalSetup: "test/support/made-once.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
