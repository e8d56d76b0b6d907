// Brings a fresh clone on a fresh machine to where the TypeScript of this folder can run: npm packages (with the supported Node
// among them), Debian packages, the generated database client, the built applications. Plain JavaScript for whatever Node is there.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
/** The Node that the lock file names, carried by an npm package. */
export const node = `${root}/node_modules/.bin/node`;

/** What nothing of this project says to anybody. */
const quiet = {
  NEXT_TELEMETRY_DISABLED: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  DO_NOT_TRACK: "1",
};

/** @param {Record<string, string>} extra */
export function stageEnv(extra = {}) {
  return { ...process.env, ...quiet, PATH: `${root}/node_modules/.bin:${process.env.PATH ?? ""}`, ...extra };
}

/**
 * A step that may take long: its name at once, how long it took when it is done, its output only where it failed.
 * @param {string} title @param {string[]} argv @param {NodeJS.ProcessEnv} [env]
 */
export async function runStep(title, argv, env = stageEnv()) {
  const began = Date.now();
  process.stdout.write(`${title} …\n`);
  const [command = "", ...rest] = argv;
  const child = spawn(command, rest, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  /** @type {Buffer[]} */
  const said = [];
  child.stdout.on("data", (chunk) => said.push(chunk));
  child.stderr.on("data", (chunk) => said.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const took = ((Date.now() - began) / 1000).toFixed(1);
  if (code !== 0) {
    process.stdout.write(Buffer.concat(said));
    throw new Error(`${title}: "${argv.join(" ")}" ended with exit ${code} after ${took} s`);
  }
  process.stdout.write(`${title}: done, ${took} s\n`);
}

/** npm packages exactly as the lock file says; skipped where the last `npm ci` was of this very lock file. */
async function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(`${root}/package-lock.json`))
    .digest("hex");
  const stamp = `${root}/node_modules/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock && existsSync(node)) return;
  await runStep("npm packages", ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    ...process.env,
    ...quiet,
    PRISMA_SKIP_POSTINSTALL_GENERATE: "1",
  });
  writeFileSync(stamp, lock);
}

/** @param {string} name */
function hasDebianPackage(name) {
  const found = spawnSync("dpkg-query", ["-W", "-f=${Status}", name], { encoding: "utf8" });
  return found.status === 0 && found.stdout.includes("install ok installed");
}

/**
 * Installs what is missing, where this is root on a Debian machine; elsewhere it leaves it to whoever looks next to say what is missing.
 * @param {string[]} names
 */
export async function installDebian(names) {
  const isDebian = existsSync("/usr/bin/apt-get") && process.platform === "linux";
  if (!isDebian || process.getuid?.() !== 0) return;
  const missing = names.filter((name) => !hasDebianPackage(name));
  if (missing.length === 0) return;
  const env = stageEnv({ DEBIAN_FRONTEND: "noninteractive" });
  await runStep("Debian package lists", ["apt-get", "update", "-q"], env);
  // Services that a package would start (nginx, sshd, keepalived, frr) are for the lab's own hosts, not for this machine.
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await runStep(
      `Debian packages ${missing.join(" ")}`,
      ["apt-get", "install", "-y", "-q", "--no-install-recommends", ...missing],
      env,
    );
  } finally {
    if (isOurs) spawnSync("rm", ["-f", policy]);
  }
}

/**
 * Packages, client and builds. Turbo builds only what changed.
 * @param {"tests"} [what] with what the tests alone need
 */
export async function prepare(what) {
  await installPackages();
  mkdirSync(`${root}/.cache`, { recursive: true });
  const found = spawnSync(node, ["e2e/stage/packages.ts", ...(what === undefined ? [] : [what])], {
    cwd: root,
    encoding: "utf8",
    env: stageEnv(),
  });
  if (found.status !== 0)
    throw new Error(`which Debian packages are needed could not be found out: ${found.stderr}`);
  await installDebian(JSON.parse(found.stdout));
  await runStep("database client", [node, "e2e/stage/prisma.mjs", "generate"]);
  await runStep(
    "build",
    [`${root}/node_modules/.bin/turbo`, "run", "build", "--output-logs=errors-only"],
    stageEnv({ NODE_ENV: "production" }),
  );
}

/**
 * The rest of the way in TypeScript, on the supported Node; ends with its exit code. Signals reach it through the terminal's
 * group or, sent to this process alone, from here.
 * @param {string[]} argv
 */
export async function continueWith(argv) {
  const child = spawn(node, argv, { cwd: root, env: stageEnv(), stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal === "SIGINT" ? "SIGTERM" : signal));
  process.exitCode = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === null ? 1 : 143)));
  });
}

/** @param {() => Promise<void>} main */
export async function orExplain(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
