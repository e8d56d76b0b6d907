#!/usr/bin/env node
// `npm start`: everything from a fresh clone to a console with a live cluster in it; the second time it only starts.
import { continueWith, orExplain, prepare } from "./prepare.mjs";

await orExplain(async () => {
  await prepare();
  await continueWith(["e2e/stage/start.ts", ...process.argv.slice(2)]);
});
