import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { sectionNames } from "@lvs/core/director/state";
import { openStores } from "../start.ts";
import { newMemory, startTestAgent } from "./agent.ts";
import { largeState, serviceAt } from "./large-state.ts";
import { identityFor, register } from "./registered-agent.ts";

/**
 * A director with a table as large as it is told, for a running console of the same data directory: `node large-director.ts SERVICES
 * REAL-SERVERS`. Prints its id and speaks once a second, as an agent does. A number on a line of stdin: so many services, all of
 * their rows, are others each second from now on. Ends with stdin.
 */
const [services = 10, realServers = 10] = process.argv.slice(2).map(Number);
/** startTestAgent's clock is ahead of the console's. */
const clockAheadMs = 5_000;
const now = (): number => Date.now() + clockAheadMs;

globalThis.lvsStarted = { ready: Promise.resolve(), closers: [], embedded: undefined };
const closers: (() => Promise<void>)[] = [];
await openStores(closers);
const id = randomUUID();
const identity = await identityFor(id);
const agent = await startTestAgent(identity, newMemory(largeState({ services, realServers }, now())));
await register(id, agent.port, identity.certificatePem);
process.stdout.write(`${id}\n`);

let moving = 0;
let tick = 0;
const timer = setInterval(() => {
  tick += 1;
  const first = (tick * moving) % services;
  const changed = Array.from({ length: moving }, (_, index) =>
    serviceAt((first + index) % services, realServers, tick),
  );
  if (moving > 0) agent.say({ kind: "services", atMs: now(), changed });
  agent.say({ kind: "beat", atMs: now(), sections: [...sectionNames] });
}, 1_000);

for await (const line of createInterface({ input: process.stdin })) moving = Number(line);
clearInterval(timer);
await agent.close();
for (const close of closers.toReversed()) await close();
