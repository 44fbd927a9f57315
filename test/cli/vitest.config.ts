import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/cli/**/*.test.ts"],
    globalSetup: "test/support/made-once.ts",
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
