import { useLocalStorage } from "@mantine/hooks";
import { useSession } from "../session/session";

export interface View {
  name: string;
  url: string;
}

/** Views that a person keeps: a page with its filters, in this browser, where others may sign in, too. */
export function useViews() {
  const { session } = useSession();
  const [all, setAll] = useLocalStorage<View[]>({
    key: `shelfcast-views ${session?.user ?? ""}`,
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  return {
    all,
    keep: (title: string, url: string) => {
      const [, query = ""] = url.split("?");
      const told = [...new URLSearchParams(query)].map(([key, value]) => `${key} ${value}`).join(", ");
      setAll([...all.filter((view) => view.url !== url), { name: told ? `${title}: ${told}` : title, url }]);
    },
    forget: (url: string) => setAll(all.filter((view) => view.url !== url)),
  };
}
