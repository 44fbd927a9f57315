import { defineConfig } from "vitest/config";

export default defineConfig({
  // One server and one browser at a time: two would only share the same two cores.
  test: {
    // A failed list is told whole in reports, too.
    chaiConfig: { truncateThreshold: 4_000 },
    include: ["test/web/**/*.test.ts"],
    globalSetup: "test/support/made-once.ts",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
