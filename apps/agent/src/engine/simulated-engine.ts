import type { CheckedRealServer } from "../health/checker-dump.ts";
import type { DumpedInstance } from "../vrrp/json-dump.ts";
import type { Engine, EngineCheck, EngineStatus } from "./engine.ts";

/** A keepalived for tests: reads the file when it is told to, and dies of what a test says it dies of. */
export class SimulatedEngine implements Engine {
  /** Counts the starts: another run after each. */
  runs = 1;
  isUp = true;
  /** The text it runs with. */
  loaded: string;
  /** "reload", "start", "stop" as they were ordered. */
  readonly orders: string[] = [];
  /** What it would tell of its instances. */
  instances: readonly DumpedInstance[] = [];
  /** What its checkers would tell. */
  checked: readonly CheckedRealServer[] = [];
  /** Texts that kill the daemon. */
  diesOf: (text: string) => boolean = () => false;
  /** Texts that it runs without its instances. */
  losesInstancesWith: (text: string) => boolean = () => false;
  answer: (text: string) => EngineCheck = () => ({ kind: "answered", exitCode: 0, messages: [] });
  readonly #read: () => string;

  /** `read`: the file as it stands. */
  constructor(read: () => string) {
    this.#read = read;
    this.loaded = read();
  }

  async version(): Promise<string> {
    return "2.2.7";
  }

  async status(): Promise<EngineStatus> {
    if (!this.isUp) return { processes: [], runId: undefined };
    const processes = (["parent", "vrrp", "checkers"] as const).map((role, index) => ({
      role,
      pid: this.runs * 10 + index,
      startedAtMs: this.runs,
    }));
    return { processes, runId: `run-${this.runs}` };
  }

  async start(): Promise<readonly string[]> {
    this.runs += 1;
    this.isUp = true;
    return this.#take("start");
  }

  async stop(): Promise<readonly string[]> {
    this.isUp = false;
    this.orders.push("stop");
    return [];
  }

  async reload(): Promise<readonly string[]> {
    return this.#take("reload");
  }

  async recover(): Promise<readonly string[]> {
    return [];
  }

  async dump(): Promise<readonly DumpedInstance[]> {
    return this.losesInstancesWith(this.loaded) ? [] : this.instances;
  }

  async checkers(): Promise<readonly CheckedRealServer[]> {
    return this.checked;
  }

  async check(configuration: Uint8Array): Promise<EngineCheck> {
    return this.answer(new TextDecoder().decode(configuration));
  }

  #take(order: string): string[] {
    this.orders.push(order);
    this.loaded = this.#read();
    if (this.diesOf(this.loaded)) this.isUp = false;
    return [];
  }
}
