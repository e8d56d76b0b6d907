import { openLabConsole, type LabConsole } from "../console/lab-console.ts";
import { finishRun, startWorkflow } from "../console/workflow.ts";
import { startLoad } from "../lab/load/load.ts";
import type { LoadReport } from "../lab/load/report.ts";
import type { BenchLine } from "./bench-line.ts";
import { addByHand, removeByHand } from "./by-hand.ts";

/** A real server taken out and put in again under client load: through the workflows, and by the documented commands by hand. */
export async function run(): Promise<BenchLine[]> {
  const held = await openLabConsole({ lab: "benchmt", topology: "cdn", port: 3811 });
  try {
    const ours = await underLoad(held, () => throughWorkflows(held));
    const theirs = await underLoad(held, () => byHand(held));
    return [
      failedLine("failed client requests", ours.report.failed, theirs.report.failed),
      {
        name: "maintenance: time for both ways together",
        ours: ours.tookS,
        theirs: theirs.tookS,
        unit: "s",
        ratio: ours.tookS / theirs.tookS,
        goal: "every step proven, no time goal",
        met: true,
      },
      {
        name: `maintenance: longest silence (of ${ours.report.sent} and ${theirs.report.sent} requests)`,
        ours: ours.report.longestSilenceMs,
        theirs: theirs.report.longestSilenceMs,
        unit: "ms",
        ratio: ours.report.longestSilenceMs / theirs.report.longestSilenceMs,
        goal: "below the 5000 ms a client waits",
        met: ours.report.longestSilenceMs < 5_000,
      },
    ];
  } finally {
    await held.close();
  }
}

function failedLine(what: string, ours: number, theirs: number): BenchLine {
  const ratio = theirs === 0 ? (ours === 0 ? 1 : Infinity) : ours / theirs;
  return { name: `maintenance: ${what}`, ours, theirs, unit: "", ratio, goal: "0 failed", met: ours === 0 };
}

async function underLoad(
  { lab }: LabConsole,
  work: () => Promise<void>,
): Promise<{ report: LoadReport; tookS: number }> {
  const load = startLoad({ lab, seconds: 900, ratePerSecond: 50, clients: 10 });
  const began = Date.now();
  try {
    await work();
  } finally {
    await load.stop();
  }
  return { report: await load.done, tookS: (Date.now() - began) / 1_000 };
}

async function throughWorkflows({ api, clusterId, realServerIds, plan }: LabConsole): Promise<void> {
  const realServerId = realServerIds.get("rs4");
  const address = plan.realServers.find((each) => each.name === "rs4")?.address ?? "";
  const rows = plan.services.map(({ vip, port }) => ({
    service: { kind: "address", protocol: "TCP", address: vip, port },
    address,
    port,
    weight: 100,
  }));
  const common = { clusterId, realServerId, method: "stopStart" };
  await finishRun(api, await startWorkflow(api, { ...common, kind: "removeRealServer", drainMost: 0 }));
  await finishRun(api, await startWorkflow(api, { ...common, kind: "addRealServer", rows }));
}

async function byHand({ lab, plan }: LabConsole): Promise<void> {
  const [service] = plan.services;
  const real = plan.realServers.find((each) => each.name === "rs4");
  if (service === undefined || real === undefined) throw new Error("the lab's plan has no rs4 or no service");
  const work = {
    lab,
    directors: plan.directors.map((each) => each.name),
    realServer: { name: real.name, address: real.address, port: service.port },
    vip: service.vip,
  };
  await removeByHand(work);
  await addByHand(work);
}
