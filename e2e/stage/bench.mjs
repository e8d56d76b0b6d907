#!/usr/bin/env node
// `npm run bench [-- NAME…]`: every measured claim, both sides in one run, one line each.
import { continueWith, orExplain, prepare } from "./prepare.mjs";

await orExplain(async () => {
  await prepare();
  await continueWith(["e2e/stage/bench.ts", ...process.argv.slice(2)]);
});
