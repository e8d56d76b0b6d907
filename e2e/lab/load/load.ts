import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openLab, stationArgv } from "../exec.ts";
import { LabError } from "../machine/failure.ts";
import { extraClientAddresses, type LabPlan } from "../plan.ts";
import type { LoadOrder, LoadReport, LoadTick } from "./report.ts";

export type LoadOptions = {
  readonly lab?: string;
  /** The first service of the lab unless told. */
  readonly vip?: string;
  readonly port?: number;
  /** `/` unless told; `/slow` takes about 3 seconds per answer. */
  readonly path?: string;
  /** 50 unless told, at most 400: a client has 28,000 ports and each rests for a minute. */
  readonly ratePerSecond?: number;
  /** 10 unless told, at most 3600. */
  readonly seconds?: number;
  /** 5000 unless told. */
  readonly timeoutMs?: number;
  /** How many different clients ask, by their addresses: 1 unless told, at most 20. */
  readonly clients?: number;
};

/** A load under way. */
export type Load = {
  /** What was counted up to the last whole second. */
  readonly soFar: () => LoadTick;
  /** Sends no more, waits for what is on its way, and reports. */
  readonly stop: () => Promise<LoadReport>;
  /** The report, when the load's time is over (or it was stopped). */
  readonly done: Promise<LoadReport>;
};

const within = (value: number, most: number, what: string) => {
  if (!(value > 0 && value <= most))
    throw new LabError(`${what} must lie above 0 and not above ${most}: ${value}`);
  return value;
};

function makeOrder(plan: LabPlan, options: LoadOptions): LoadOrder {
  const [first] = plan.services;
  const vip = options.vip ?? first?.vip;
  const port = options.port ?? plan.services.find((service) => service.vip === vip)?.port;
  if (vip === undefined || port === undefined) throw new LabError(`no service at ${vip ?? "any VIP"}`);
  const client = plan.stations.find((station) => station.name === "client")?.address ?? "";
  const clients = within(options.clients ?? 1, 1 + extraClientAddresses.length, "clients");
  return {
    vip,
    port,
    path: options.path ?? "/",
    ratePerSecond: within(options.ratePerSecond ?? 50, 400, "the rate"),
    seconds: within(options.seconds ?? 10, 3600, "seconds"),
    timeoutMs: options.timeoutMs ?? 5000,
    sources: [client, ...extraClientAddresses].slice(0, clients),
  };
}

/** Starts clients of a VIP in the client's namespace. They end by themselves, or with this process. */
export function startLoad(options: LoadOptions = {}): Load {
  const { name, plan } = openLab(options.lab);
  const order = makeOrder(plan, options);
  const worker = join(import.meta.dirname, "worker.ts");
  const [file = "", ...args] = stationArgv(name, "client", [process.execPath, worker, JSON.stringify(order)]);
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  let latest: LoadTick = { sent: 0, ok: 0, failed: 0 };
  let report: LoadReport | null = null;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { kind, value }: { readonly kind: string; readonly value: LoadReport } = JSON.parse(line);
    latest = value;
    if (kind === "report") report = value;
  });
  const done = new Promise<LoadReport>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (report === null) reject(new LabError(`the client ended with ${code} and no report`));
      else resolve(report);
    });
  });
  // Whoever only ever asks `soFar` shall not be ended by an unhandled failure; awaiting `done` still shows it.
  done.catch(() => {});
  const stop = () => {
    child.stdin.end();
    return done;
  };
  return { soFar: () => ({ sent: latest.sent, ok: latest.ok, failed: latest.failed }), stop, done };
}

/** Runs a load for its whole time. */
export function runLoad(options: LoadOptions = {}): Promise<LoadReport> {
  return startLoad(options).done;
}
