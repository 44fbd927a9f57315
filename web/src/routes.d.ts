/** Made by `vite.config.ts` from the contract as it is when the page is built. */
declare module "virtual:routes" {
  type OperationName = import("../../src/api/index.ts").OperationName;
  type Route = { readonly method: "GET" | "POST"; readonly path: string };
  export const routes: Readonly<Record<OperationName, Route>>;
}
