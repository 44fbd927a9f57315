import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // A failed list is told whole in reports, too.
    chaiConfig: { truncateThreshold: 4_000 },
    include: ["test/cli/**/*.test.ts"],
    globalSetup: "test/support/made-once.ts",
    // They mostly wait for the programs that they start.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
