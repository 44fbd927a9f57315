import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The server's policy knows only files of its own: nothing is inlined, no polyfill is injected.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file on loopback is faster than several; the budget is 250 kB gzip for everything.
    chunkSizeWarningLimit: 700,
  },
});
