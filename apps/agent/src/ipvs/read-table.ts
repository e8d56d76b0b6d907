import { decodeInfo, encodeGetInfo } from "@lvs/core/ipvs/genl";
import { decodeDestinations, encodeDumpDestinations } from "@lvs/core/ipvs/genl-destination";
import { decodeServices, encodeDumpServices } from "@lvs/core/ipvs/genl-service";
import type { Destination, IpvsTable, VirtualService } from "@lvs/core/ipvs/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { readIpvsFamily } from "./family.ts";
import { type Fingerprint, fingerprintOf, isSameFingerprint } from "./fingerprint.ts";

/** One look at the kernel's table. `readAtMs`: the clock's time when the reading ended. */
export type IpvsReading =
  | {
      readonly status: "known";
      readonly table: IpvsTable;
      readonly readAtMs: number;
      readonly tookMs: number;
      /** One sentence for everything in the kernel's answers that could not be read. */
      readonly diagnostics: readonly string[];
    }
  /** The kernel answered that it has no IPVS. */
  | { readonly status: "absent"; readonly reason: "no ip_vs module"; readonly readAtMs: number }
  /** It could not be asked: nothing is known. */
  | { readonly status: "failed"; readonly error: SystemError; readonly readAtMs: number };

/** Reads the table again and again and keeps what did not change. */
export interface TableReader {
  /** A service whose answer is the same as last time is the same object (===) as last time. Never throws a SystemError. */
  read(): Promise<IpvsReading>;
}

/**
 * Decoding goes on for at most this long before other work of the event loop runs. A slice below a screen's frame; smaller ones
 * add turns of the loop without anything that would notice.
 */
const sliceMs = 4;

/** A table that changes its services between the beginning and the end of a reading is read again this often. */
const attempts = 3;

interface KeptService {
  /** Of the kernel's answer: the same again means that no destination changed. */
  readonly fingerprint: Fingerprint;
  readonly destinations: Destination[];
  readonly service: VirtualService;
}

const isSameNumbers = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean => {
  for (const name in a) if (a[name] !== b[name]) return false;
  return true;
};

/** Everything of a service but its destinations. */
const isSameHead = (a: VirtualService, b: VirtualService): boolean =>
  isSameNumbers(a.counters, b.counters) &&
  isSameNumbers(a.rates, b.rates) &&
  a.scheduler === b.scheduler &&
  a.onePacket === b.onePacket &&
  a.schedulerFlags.join() === b.schedulerFlags.join() &&
  a.persistence?.timeoutS === b.persistence?.timeoutS &&
  a.persistence?.mask === b.persistence?.mask &&
  a.persistence?.engine === b.persistence?.engine &&
  a.idleEngine === b.idleEngine;

/** Thrown inside one reading when the family's number is no longer right. */
class FamilyGone extends Error {
  override readonly name = "FamilyGone";
}

const checkAnswer = (errno: number, name: string): void => {
  if (errno === 2) throw new FamilyGone();
  if (errno !== 0) throw netlinkRefusal(errno, name);
};

class KernelTableReader implements TableReader {
  readonly #system: System;
  #family: number | undefined;
  #kept = new Map<string, KeptService>();
  #diagnostics: string[] = [];

  constructor(system: System) {
    this.#system = system;
  }

  async read(): Promise<IpvsReading> {
    const { clock } = this.#system;
    const startMs = clock.monotonicMs();
    this.#diagnostics = [];
    try {
      const table = await this.#readWithFamily();
      const readAtMs = clock.nowMs();
      if (table === undefined) return { status: "absent", reason: "no ip_vs module", readAtMs };
      const tookMs = clock.monotonicMs() - startMs;
      return { status: "known", table, readAtMs, tookMs, diagnostics: this.#diagnostics };
    } catch (error) {
      if (error instanceof SystemError) return { status: "failed", error, readAtMs: clock.nowMs() };
      throw error;
    }
  }

  async #readWithFamily(): Promise<IpvsTable | undefined> {
    if (this.#family !== undefined) {
      try {
        return await this.#readTable(this.#family);
      } catch (error) {
        if (!(error instanceof FamilyGone)) throw error;
      }
    }
    this.#family = await readIpvsFamily(this.#system);
    if (this.#family === undefined) {
      this.#kept.clear();
      return undefined;
    }
    return await this.#readTable(this.#family);
  }

  async #readTable(family: number): Promise<IpvsTable> {
    const info = await ask(this.#system.netlink, "generic", {
      bytes: encodeGetInfo(family),
      name: "IPVS info",
    });
    checkAnswer(info.errno, "IPVS info");
    const { version, size } = decodeInfo(info.bytes) ?? this.#unreadable("IPVS info");
    let heads = await this.#readHeads(family);
    for (let attempt = 1; ; attempt += 1) {
      const services = await this.#readServices(family, heads);
      // The kernel answers for a service that is gone as for one without real servers, so the list is compared before it is believed.
      const after = await this.#readHeads(family);
      const before = heads;
      const isSteady =
        before.length === after.length &&
        before.every((head, index) => {
          const other = after[index];
          return other !== undefined && serviceKey(other.id) === serviceKey(head.id);
        });
      if (isSteady) return { version, size, services };
      heads = after;
      if (attempt === attempts) {
        this.#diagnostics.push("virtual services came and went while the table was read");
        const keys = new Set(after.map((head) => serviceKey(head.id)));
        return { version, size, services: services.filter((service) => keys.has(serviceKey(service.id))) };
      }
    }
  }

  #unreadable(name: string): never {
    const reason = "the kernel's answer could not be read";
    throw new SystemError({ door: "netlink", code: "failed", subject: name, reason });
  }

  async #readHeads(family: number): Promise<VirtualService[]> {
    const name = "IPVS services";
    const answer = await ask(this.#system.netlink, "generic", { bytes: encodeDumpServices(family), name });
    checkAnswer(answer.errno, name);
    const { value, diagnostics } = decodeServices(answer.bytes);
    this.#diagnostics.push(...diagnostics);
    return value;
  }

  async #readServices(family: number, heads: readonly VirtualService[]): Promise<VirtualService[]> {
    const { clock, netlink } = this.#system;
    const requests = heads.map((head) => encodeDumpDestinations(family, head.id));
    const kept = new Map<string, KeptService>();
    const services: VirtualService[] = [];
    let sliceEndMs = clock.monotonicMs() + sliceMs;
    for await (const answers of netlink.exchange("generic", requests)) {
      for (const answer of answers) {
        const head = heads[answer.index];
        if (head === undefined) continue;
        checkAnswer(answer.errno, "IPVS destinations");
        const key = serviceKey(head.id);
        const entry = this.#keep(this.#kept.get(key), head, answer.bytes);
        kept.set(key, entry);
        services.push(entry.service);
        if (clock.monotonicMs() < sliceEndMs) continue;
        await clock.yield();
        sliceEndMs = clock.monotonicMs() + sliceMs;
      }
    }
    this.#kept = kept;
    return services;
  }

  #keep(last: KeptService | undefined, head: VirtualService, bytes: Uint8Array): KeptService {
    const fingerprint = fingerprintOf(bytes);
    if (last !== undefined && isSameFingerprint(last.fingerprint, fingerprint)) {
      if (isSameHead(last.service, head)) return last;
      return { ...last, service: { ...head, destinations: last.destinations } };
    }
    const { value, diagnostics } = decodeDestinations(bytes);
    for (const diagnostic of diagnostics) this.#diagnostics.push(`${serviceKey(head.id)}: ${diagnostic}`);
    return { fingerprint, destinations: value, service: { ...head, destinations: value } };
  }
}

/** A reader for the sweep; readings must not overlap. */
export const tableReader = (system: System): TableReader => new KernelTableReader(system);

/** One reading. */
export const readTable = async (system: System): Promise<IpvsReading> => await tableReader(system).read();

const ipvsadmPaths = ["/sbin/ipvsadm", "/usr/sbin/ipvsadm", "/usr/local/sbin/ipvsadm"];

/** Whether the ipvsadm program is installed: a fact of its own, since the table is read and written without it. Throws SystemError. */
export const hasIpvsadm = async (system: System): Promise<boolean> => {
  const found = await Promise.all(ipvsadmPaths.map((path) => system.files.exists(path)));
  return found.includes(true);
};
