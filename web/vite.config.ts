import { defineConfig } from "vitest/config";
import { offlineWorker } from "./offline_worker";
import { staticTheme } from "./static_theme";

// A running shelfcast, for `npm run dev` and for looking at a build before it is compiled in.
const target = process.env["SHELFCAST_WEB"] ?? "http://127.0.0.1:8501";
const proxy = { "/v1": { target, changeOrigin: false } };

export default defineConfig({
  plugins: [staticTheme(), offlineWorker()],
  server: { proxy },
  preview: { proxy },
  build: {
    target: "es2022",
    // Nothing is inlined: the policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rollupOptions: {
      onwarn(warning, warn) {
        // "use client" means something to servers that render; ours does not.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
      output: {
        manualChunks(path) {
          if (/node_modules\/(echarts|zrender)\//.test(path)) return "charts";
          if (/node_modules\/(react|react-dom|scheduler)\//.test(path)) return "react";
          if (/node_modules\/(@mantine|@floating-ui)\//.test(path)) return "mantine";
          if (/node_modules\/@tanstack\/(?!react-table|table-core)/.test(path)) return "tanstack";
          return undefined;
        },
      },
    },
  },
  test: {
    // Components name jsdom themselves; transforms need no page.
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}", "offline/**/*.test.ts"],
    css: false,
  },
});
