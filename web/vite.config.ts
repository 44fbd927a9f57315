import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { operations } from "../src/api/index.ts";
import { wiresharkFiles } from "./wireshark/build.ts";

const ROUTES = "virtual:routes";

/**
 * Gives the page what it needs of the contract to call it, method and path: the schemas are for the
 * server that checks by them, and with their library would be a quarter of the page.
 */
function routes(): Plugin {
  const table = Object.entries(operations).map(([name, { method, path }]) => [
    name,
    { method, path },
  ]);
  return {
    name: "routes",
    resolveId: (id) => (id === ROUTES ? `\0${ROUTES}` : undefined),
    load: (id) =>
      id === `\0${ROUTES}`
        ? `export const routes = ${JSON.stringify(Object.fromEntries(table))};`
        : undefined,
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [routes(), react(), tailwindcss(), wiresharkFiles()],
  // A classic script in a folder of its own: the server gives it another policy than the page.
  worker: {
    format: "iife",
    rolldownOptions: { output: { entryFileNames: "wireshark/worker-[hash].js" } },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The server's policy knows only files of its own: nothing is inlined, no polyfill is injected.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file on loopback is faster than several; the budget is 250 kB gzip without the worker.
    chunkSizeWarningLimit: 800,
  },
});
