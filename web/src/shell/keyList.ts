import { pages } from "./pages";

interface KeyGroup {
  title: string;
  keys: { key: string; does: string }[];
}

/** The keys there are, as the dialog tells them (DESIGN.md, Keys). */
export const keyGroups: readonly KeyGroup[] = [
  {
    title: "Anywhere",
    keys: [
      { key: "Ctrl K", does: "Search and commands; / does it, too" },
      { key: "?", does: "These keys" },
      { key: "z", does: "Undo the last decision, for ten seconds" },
      { key: "Escape", does: "Close what is open, leave wall mode" },
    ],
  },
  { title: "Go to", keys: pages.map((page) => ({ key: `g ${page.key}`, does: page.title })) },
  {
    title: "In tables",
    keys: [
      { key: "↑ ↓", does: "The row above or below" },
      { key: "Space", does: "Pick the row" },
      { key: "Enter", does: "Open the row" },
    ],
  },
  {
    title: "In Orders, on a row",
    keys: [
      { key: "a", does: "Approve" },
      { key: "r", does: "Reject" },
      { key: "e", does: "Edit the quantity" },
    ],
  },
];
