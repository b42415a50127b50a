import type { IconName } from "../ui/Icon";

export type Role = "administrator" | "executive" | "regional_manager" | "store_manager" | "analyst";

export interface Page {
  path: string;
  title: string;
  /** On a phone's bar; where there is none, the title's first word. */
  short?: string;
  icon: IconName;
  /** After g. */
  key: string;
  /** Which of the global filters mean something there. */
  filters: readonly ("dates" | "store" | "category" | "region")[];
  /** It compares days: periods counted back end with the newest day that is over. */
  comparesDays?: true;
}

export const pages: readonly Page[] = [
  { path: "/home", title: "Home", icon: "home", key: "h", filters: ["store", "region"] },
  { path: "/orders", title: "Orders", icon: "orders", key: "o", filters: ["store", "region"] },
  {
    path: "/live",
    title: "Real-time sales",
    icon: "live",
    key: "l",
    filters: ["store", "category", "region"],
  },
  {
    path: "/inventory",
    title: "Inventory",
    icon: "inventory",
    key: "i",
    filters: ["dates", "store", "category", "region"],
  },
  {
    path: "/history",
    title: "Historical analysis",
    icon: "history",
    key: "t",
    filters: ["dates", "store", "category", "region"],
    comparesDays: true,
  },
  {
    path: "/forecasts",
    title: "Forecasts",
    icon: "forecasts",
    key: "f",
    filters: ["dates", "store", "region"],
  },
  {
    path: "/anomalies",
    title: "Anomalies and data",
    icon: "anomalies",
    key: "a",
    filters: ["dates", "store", "region"],
  },
  {
    path: "/executive",
    title: "Executive",
    icon: "executive",
    key: "e",
    filters: ["dates", "store", "category", "region"],
    comparesDays: true,
  },
  { path: "/store", title: "My store", short: "My store", icon: "store", key: "s", filters: ["store"] },
];

/** Where every figure ends; reached by links, so it is not among the pages to choose from. */
const product: Omit<Page, "key"> = {
  path: "/product",
  title: "Product",
  icon: "inventory",
  filters: ["dates", "store", "region"],
};

export function pageAt(path: string): Omit<Page, "key"> | undefined {
  return [...pages, product].find((one) => path.startsWith(one.path));
}

/** Where a person begins. */
export function homeOf(role: Role | string | undefined): string {
  switch (role) {
    case "executive":
      return "/executive";
    case "store_manager":
      return "/store";
    default:
      return "/home";
  }
}

const phonePages = ["/home", "/orders", "/live", "/inventory"];

/** What a phone has at hand: where the person begins, and what everybody wants. */
export function phonePagesOf(
  role: Role | string | undefined,
): { path: string; short: string; icon: IconName }[] {
  return [...new Set([homeOf(role), ...phonePages])].flatMap((path) =>
    pages
      .filter((page) => page.path === path)
      .map(({ title, short, icon }) => ({ path, icon, short: short ?? title.split(" ")[0] ?? title })),
  );
}
