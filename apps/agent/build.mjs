import { cpSync, globSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * dist/agent.mjs and its worker threads beside it, each one file. koffi is the one part with machine code: it stays a package
 * of its own, copied to dist/node_modules, so that the folder runs wherever it is put.
 */
const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

const shared = {
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  external: ["koffi"],
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  // Some packages are CommonJS inside and ask for Node's own modules by `require`.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

await build({ ...shared, entryPoints: [join(root, "src/main.ts")], outfile: join(dist, "agent.mjs") });
for (const worker of globSync("src/**/*.worker.ts", { cwd: root })) {
  const name = worker.split("/").at(-1)?.replace(/\.ts$/u, ".js") ?? worker;
  await build({ ...shared, entryPoints: [join(root, worker)], outfile: join(dist, name) });
}

const koffi = dirname(fileURLToPath(import.meta.resolve("koffi")));
const native = dirname(createRequire(join(koffi, "package.json")).resolve("@koromix/koffi-linux-x64"));
const skip = /^\/(?:doc|vendor|lib)(?:\/|$)|\.(?:cc|hh|md|txt|S|asm|inc)$/u;
for (const [from, to] of [
  [koffi, "koffi"],
  [native, "@koromix/koffi-linux-x64"],
]) {
  const target = join(dist, "node_modules", to);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(from, target, { recursive: true, filter: (path) => !skip.test(path.slice(from.length)) });
}
