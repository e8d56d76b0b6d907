#!/usr/bin/env node
// `npm test [-- TIER…]`: the same set-up, then every tier, and one closing line of counts.
import { continueWith, orExplain, prepare } from "./prepare.mjs";

await orExplain(async () => {
  await prepare("tests");
  await continueWith(["e2e/stage/test.ts", ...process.argv.slice(2)]);
});
