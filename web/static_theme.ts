// Mantine's variables for our theme as a plain style sheet: the page's Content-Security-Policy allows no style tag,
// so the provider must not make one.
import {
  convertCssVariables,
  defaultCssVariablesResolver,
  mergeMantineTheme,
  DEFAULT_THEME,
} from "@mantine/core";
import type { Plugin } from "vite";
import { theme } from "./src/ui/theme";

const id = "virtual:theme-variables.css";

export function staticTheme(): Plugin {
  return {
    name: "static-theme",
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load(source) {
      if (source !== `\0${id}`) return null;
      const variables = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
      return convertCssVariables(variables, ":root");
    },
  };
}
