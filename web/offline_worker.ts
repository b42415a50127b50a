// The service worker of a build: what the app is made of, and the script that serves it with the network away.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const script = new URL("./offline/worker.js", import.meta.url);
const page = new URL("./index.html", import.meta.url);
/** Of what has no hash in its name. */
const plain = ["/scheme.js", "/icon.svg", "/app.webmanifest"];

/** Files to have at hand: scripts, styles and the letters that this app's own words are made of. */
export function shellOf(built: readonly string[]): string[] {
  const wanted = built.filter(
    (name) => /\.(js|css)$/.test(name) || (/\.woff2$/.test(name) && /latin-wght/.test(name)),
  );
  return ["/", ...plain, ...wanted.map((name) => `/${name}`).sort()];
}

export function offlineWorker(): Plugin {
  return {
    name: "offline-worker",
    apply: "build",
    generateBundle(_, bundle) {
      const files = shellOf(Object.keys(bundle).filter((name) => name.startsWith("assets/")));
      const text = readFileSync(script, "utf-8");
      const version = createHash("sha256")
        .update(files.join("\n") + text + readFileSync(page, "utf-8"))
        .digest("hex")
        .slice(0, 12);
      const shell = JSON.stringify({ version, files });
      this.emitFile({ type: "asset", fileName: "sw.js", source: `const shell = ${shell};\n${text}` });
    },
  };
}
