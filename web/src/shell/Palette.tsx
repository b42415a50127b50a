import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMantineColorScheme } from "@mantine/core";
import { useState } from "react";
import { answered, client } from "../api/client";
import { useGo } from "../filters/useGo";
import { useSession } from "../session/session";
import { Icon } from "../ui/Icon";
import { pages } from "./pages";
import { useViews } from "./views";
import css from "./Palette.module.css";

const [store, spotlight] = createSpotlight();
export const openPalette = () => spotlight.open();

interface Command {
  id: string;
  label: string;
  note: string;
  icon: Parameters<typeof Icon>[0]["name"];
  run: () => void;
}

/** Everything by name: pages, products, stores, saved views, commands. */
export function Palette({ showKeys }: { showKeys: () => void }) {
  const [text, setText] = useState("");
  const commands = useCommands(showKeys);
  const found = useFound(text);
  const wanted = text.trim().toLowerCase();
  const matching = commands.filter((one) => one.label.toLowerCase().includes(wanted));
  return (
    <Spotlight.Root
      store={store}
      query={text}
      onQueryChange={setText}
      shortcut={["mod + K"]}
      lockScroll={false}
      maxHeight={440}
      scrollable
      clearQueryOnClose
      title="Search and commands"
      // Without the blur that is usual here: to draw it again at every letter took longer than all else.
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
      classNames={{ header: css["title"] ?? "" }}
    >
      <Spotlight.Search
        placeholder="Page, product, store or command"
        aria-label="Search and commands"
        leftSection={<Icon name="search" />}
      />
      <Spotlight.ActionsList>
        {found.length > 0 ? (
          <Spotlight.ActionsGroup label="Products and stores">
            {found.map((one) => (
              <Spotlight.Action
                key={one.id}
                label={one.label}
                description={one.note}
                leftSection={<Icon name={one.icon} />}
                onClick={one.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ) : null}
        {matching.length > 0 ? (
          <Spotlight.ActionsGroup label="Pages and commands">
            {matching.map((one) => (
              <Spotlight.Action
                key={one.id}
                label={one.label}
                description={one.note}
                leftSection={<Icon name={one.icon} />}
                onClick={one.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ) : null}
        {found.length + matching.length === 0 ? (
          <Spotlight.Empty>Nothing has “{text}” in its name</Spotlight.Empty>
        ) : null}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** The palette gives the focus back to where it was before the next dialog takes it. */
const focusIsBackMs = 50;

function useCommands(showKeys: () => void): Command[] {
  const go = useGo();
  const { toggleColorScheme } = useMantineColorScheme();
  const { signOut } = useSession();
  const views = useViews();
  return [
    ...pages.map((page) => ({
      id: page.path,
      label: page.title,
      note: `g ${page.key}`,
      icon: page.icon,
      run: () => go({ to: page.path }),
    })),
    ...views.all.map((view) => ({
      id: `view ${view.url}`,
      label: view.name,
      note: "saved view",
      icon: "bookmark" as const,
      run: () => location.assign(view.url),
    })),
    {
      id: "scheme",
      label: "Switch between light and dark",
      note: "",
      icon: "moon",
      run: () => toggleColorScheme(),
    },
    {
      id: "keys",
      label: "Show the keys",
      note: "?",
      icon: "help",
      run: () => void setTimeout(showKeys, focusIsBackMs),
    },
    { id: "out", label: "Sign out", note: "", icon: "user", run: () => void signOut() },
  ];
}

function useFound(text: string): Command[] {
  const go = useGo();
  const [wanted] = useDebouncedValue(text.trim(), 150);
  const { data } = useQuery({
    queryKey: ["search", wanted],
    queryFn: ({ signal }) =>
      answered(client.GET("/v1/search", { params: { query: { q: wanted, limit: 12 } }, signal })),
    enabled: wanted.length > 0 && wanted.length <= 100,
    staleTime: 60_000,
  });
  if (wanted === "" || text.trim() === "") return [];
  return (data?.rows ?? []).map((row) => ({
    id: `${row.kind} ${row.id}`,
    label: row.name || row.id,
    note: [row.kind, row.detail].filter(Boolean).join(", "),
    icon: row.kind === "store" ? ("store" as const) : ("inventory" as const),
    run: () =>
      go(
        row.kind === "store"
          ? { to: "/store", search: { store: row.id } }
          : { to: "/product", search: { product: row.id } },
      ),
  }));
}
