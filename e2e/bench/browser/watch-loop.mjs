// Preloaded into the console: each time its event loop stood still for more than 10 ms, one line "END-MS LENGTH-MS" in WATCH_LOOP's file.
import { appendFileSync } from "node:fs";

const file = process.env["WATCH_LOOP"];
const everyMs = 5;
let last = performance.now();
if (file !== undefined)
  setInterval(() => {
    const now = performance.now();
    const stoodMs = now - last - everyMs;
    last = now;
    if (stoodMs > 10) appendFileSync(file, `${Date.now()} ${Math.round(stoodMs)}\n`);
  }, everyMs).unref();
