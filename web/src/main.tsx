import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { isUnreachable } from "./client.ts";
import { embeddedUid } from "./embed/bearer.ts";
import { EmbedPage } from "./embed/embed-page.tsx";
import { ImportsProvider } from "./imports.tsx";
import { PurposeProvider } from "./purpose.tsx";
import { applyTheme } from "./theme.ts";
import { WiresharkProvider } from "./wireshark/use-wireshark.tsx";

applyTheme();
let isLost = false;
const client = new QueryClient({
  // A pane that finds the server lost has the strip look. If that finds it lost too, it asks until it is
  // answered, and then all is asked again that was not; a single request that fails is its pane's matter.
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (!isUnreachable(error)) return;
      if (queryKey[0] === "status") isLost = true;
      else void client.refetchQueries({ type: "active", queryKey: ["status"] });
    },
    onSuccess: (_, { queryKey }) => {
      if (!isLost || queryKey[0] !== "status") return;
      isLost = false;
      void client.refetchQueries({
        type: "active",
        predicate: ({ state }) => isUnreachable(state.error) && state.fetchStatus === "idle",
      });
    },
  }),
  // What is wrong is shown with a way to try again: silent repeats would hide it for seconds.
  // The server is on this machine: it answers also when the browser believes that it is offline.
  defaultOptions: {
    queries: {
      retry: false,
      refetchOnWindowFocus: false,
      staleTime: 5_000,
      networkMode: "always",
    },
  },
});
const place = document.getElementById("page");
if (place === null) throw new Error("assertion failed: index.html has #page");
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <PurposeProvider>
        <ImportsProvider>
          <WiresharkProvider>
            {embeddedUid === undefined ? <App /> : <EmbedPage uid={embeddedUid} />}
          </WiresharkProvider>
        </ImportsProvider>
      </PurposeProvider>
    </QueryClientProvider>
  </StrictMode>,
);
