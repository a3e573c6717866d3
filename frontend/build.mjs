/**
 * Bundle styles and scripts into `frontend/dist/dynacomp/`, where Django's staticfiles finds them.
 *
 *   node frontend/build.mjs            minified, once
 *   node frontend/build.mjs --watch    readable, with source maps, again on every change
 *
 * Names are plain: the server that sends them adds validators (or hashes them in a collect step).
 */
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "dist", "dynacomp");
const watch = process.argv.includes("--watch");

/** @type {import("esbuild").BuildOptions} */
const options = {
  absWorkingDir: here,
  entryPoints: [
    { in: "scripts/main.ts", out: "app" },
    { in: "styles/main.css", out: "app" },
    { in: "scripts/metrics.ts", out: "metrics" },
    { in: "scripts/docs.ts", out: "docs" },
    { in: "styles/docs.css", out: "docs" },
    { in: "styles/admin.css", out: "admin" },
  ],
  outdir: target,
  bundle: true,
  format: "esm",
  target: ["chrome125", "firefox128", "safari17.5"],
  minify: !watch,
  sourcemap: watch ? "linked" : false,
  legalComments: "none",
  logLevel: "info",
};

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
await cp(join(here, "images"), target, { recursive: true });

if (watch) {
  await (await context(options)).watch();
} else {
  await build(options);
}
