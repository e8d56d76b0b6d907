// `next build` leaves the files that browsers fetch beside the standalone server, not in it (Next's own word in "output: standalone").
import { cpSync, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const server = `${here}.next/standalone/apps/web`;
cpSync(`${here}.next/static`, `${server}/.next/static`, { recursive: true });
if (existsSync(`${here}public`)) cpSync(`${here}public`, `${server}/public`, { recursive: true });
