import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // A failed list is told whole in reports, too.
    chaiConfig: { truncateThreshold: 4_000 },
    include: ["src/**/*.test.ts", "test/unit/**/*.test.ts", "web/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
