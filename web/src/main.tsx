import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/spotlight/styles.css";
import "virtual:theme-variables.css";
import "./ui/tokens.css";
import "./ui/base.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/client";
import { comeBack, workOffline } from "./api/offline";
import { router } from "./router";
import { SessionProvider } from "./session/session";
import { theme } from "./ui/theme";

const queries = new QueryClient({
  queryCache: new QueryCache({
    // A session that ended shows the sign-in page over the same URL.
    onError: (error) => {
      if (error instanceof Refused && error.status === 401) queries.setQueryData(["session"], null);
    },
  }),
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 2 && error instanceof Refused && (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: true,
      // With the network away the service worker answers; that it is back shows when something answers (comeBack).
      networkMode: "always",
      refetchOnReconnect: false,
    },
  },
});

workOffline(queries);
comeBack(queries);

const place = document.getElementById("root");
if (!place) throw new Error("index.html has no element with id root");
createRoot(place).render(
  <StrictMode>
    {/* No style tags: the policy allows the page's own files only (static_theme.ts makes the variables). */}
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      deduplicateCssVariables={false}
      colorSchemeManager={localStorageColorSchemeManager({ key: "shelfcast-scheme" })}
    >
      <QueryClientProvider client={queries}>
        <SessionProvider>
          <RouterProvider router={router} />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
