// The house's rules for TypeScript: no any, no non-null "!", no feature that imports another one.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = [
  "anomalies",
  "executive",
  "forecasts",
  "history",
  "home",
  "inventory",
  "live",
  "orders",
  "product",
  "store",
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "screenshots", "status.js", "public", "src/api/schema.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}", "browser/**/*.ts"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "a union of texts instead of an enum" },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "texts are shown as text" },
      ],
      "no-console": "error",
    },
  },
  { files: ["browser/**/*.ts"], rules: { "no-console": "off" } },
  {
    files: ["src/ui/**", "src/charts/**", "src/format/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/features/**"], message: "ui and charts know no feature" }] },
      ],
    },
  },
  ...features.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: features.filter((other) => other !== name).map((other) => `**/${other}/**`),
              message: "features do not import each other",
            },
          ],
        },
      ],
    },
  })),
);
