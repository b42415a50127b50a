import { defineConfig } from "vitest/config";

// Tests in a real Chromium against a program of their own, one file after the other.
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    environment: "node",
    include: ["browser/**/*.test.ts"],
    globalSetup: ["browser/instance.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 900_000,
    teardownTimeout: 60_000,
  },
});
