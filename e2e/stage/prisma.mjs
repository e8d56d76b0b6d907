#!/usr/bin/env node
// `node e2e/stage/prisma.mjs generate`: writes the database client to prisma/generated. Nothing is downloaded: the command wants
// the path of a schema engine that it does not run for this, so any executable will do.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const [verb = "generate"] = process.argv.slice(2);
if (verb !== "generate" && verb !== "validate" && verb !== "format") {
  process.stderr.write(`prisma.mjs: unknown verb ${verb}; known: generate, validate, format\n`);
  process.exit(2);
}

const cli = createRequire(`${root}apps/web/package.json`).resolve("prisma/build/index.js");
const { status, error, stdout, stderr } = spawnSync(
  process.execPath,
  [cli, verb, "--schema", "prisma/schema.prisma"],
  {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
      DO_NOT_TRACK: "1",
    },
  },
);
if (error !== undefined) throw error;
if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
process.exit(status ?? 1);
