import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";
import { useSession } from "./session/session";
import { SignIn } from "./session/SignIn";
import { Opening } from "./shell/Opening";
import { Shell } from "./shell/Shell";
import { homeOf } from "./shell/pages";
import { Empty, Failed, Waiting } from "./ui/states";
import { PageLink } from "./ui/PageLink";

const root = createRootRoute({
  component: Root,
  notFoundComponent: () => (
    <Empty title="There is no such page">
      <PageLink to="/home">To the home page</PageLink>
    </Empty>
  ),
  errorComponent: ({ error, reset }) => (
    <Failed error={error instanceof Error ? error : new Error(String(error))} onAgain={reset} />
  ),
  validateSearch: (search: Record<string, unknown>) => search as Record<string, string>,
});

function Root() {
  const { session, asking, problem } = useSession();
  if (asking) return <Opening />;
  if (problem) return <Failed error={problem} onAgain={() => location.reload()} />;
  return session ? <Shell /> : <SignIn />;
}

function Start() {
  return <Navigate to={homeOf(useSession().session?.role)} replace />;
}

const page = (path: string, load: () => Promise<{ default: () => React.ReactNode }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) });

const routes = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/", component: Start }),
  page("/home", () => import("./features/home/HomePage")),
  page("/orders", () => import("./features/orders/OrdersPage")),
  page("/live", () => import("./features/live/LivePage")),
  page("/inventory", () => import("./features/inventory/InventoryPage")),
  page("/history", () => import("./features/history/HistoryPage")),
  page("/forecasts", () => import("./features/forecasts/ForecastsPage")),
  page("/anomalies", () => import("./features/anomalies/AnomaliesPage")),
  page("/executive", () => import("./features/executive/ExecutivePage")),
  page("/store", () => import("./features/store/StorePage")),
  page("/product", () => import("./features/product/ProductPage")),
]);

// Parameters are plain texts in the URL: people read and write them.
export const router = createRouter({
  routeTree: routes,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(
      Object.entries(search as Record<string, unknown>)
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([key, value]) => [key, String(value)]),
    ).toString();
    return text ? `?${text.replaceAll("%2C", ",")}` : "";
  },
  scrollRestoration: true,
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultPendingComponent: () => <Waiting height={400} />,
});
