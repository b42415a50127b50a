// The colour scheme before the first paint, so that nobody in the dark is dazzled.
"use strict";
(() => {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("shelfcast-scheme") || "auto";
  } catch {
    /* storage is off */
  }
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
