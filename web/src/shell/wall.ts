import { useEffect } from "react";

const opened = "[role=dialog], [role=menu]";

/** While wall mode is on everything is larger (base.css), and Escape leaves it. */
export function useWall(isOn: boolean, leave: () => void): void {
  useEffect(() => {
    if (!isOn) return undefined;
    const root = document.documentElement;
    root.dataset["wall"] = "on";
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      // What is open is closed first; it may be gone by now, but not from around what the key was pressed in.
      const pressedIn = event.target instanceof Element ? event.target.closest(opened) : null;
      if (pressedIn === null && document.querySelector(opened) === null) leave();
    };
    // Where the whole screen is ours, the browser takes Escape for itself and tells only this.
    const shrunk = () => {
      if (!document.fullscreenElement) leave();
    };
    window.addEventListener("keydown", pressed, { capture: true });
    document.addEventListener("fullscreenchange", shrunk);
    return () => {
      delete root.dataset["wall"];
      window.removeEventListener("keydown", pressed, { capture: true });
      document.removeEventListener("fullscreenchange", shrunk);
    };
  }, [isOn, leave]);
}
