import { useEffect } from "react";
import { useGo } from "../filters/useGo";
import { openPalette } from "./Palette";
import { pages } from "./pages";

const withinMs = 1_200;

/** g and a letter goes to a page; / searches; ? shows the keys. Not while something is typed. */
export function useKeys(showKeys: () => void): void {
  const go = useGo();
  useEffect(() => {
    let since = 0;
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target.isContentEditable ||
        /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
      )
        return;
      const now = Date.now();
      if (event.key === "g") {
        since = now;
        return;
      }
      if (event.key === "/" || event.key === "?") {
        if (event.key === "/") openPalette();
        else showKeys();
        event.preventDefault();
        return;
      }
      const page = now - since < withinMs ? pages.find((one) => one.key === event.key) : undefined;
      since = 0;
      if (page) {
        event.stopPropagation();
        go({ to: page.path });
      }
    };
    window.addEventListener("keydown", pressed, { capture: true });
    return () => window.removeEventListener("keydown", pressed, { capture: true });
  }, [go, showKeys]);
}
