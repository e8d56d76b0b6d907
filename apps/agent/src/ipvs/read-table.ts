import { decodeInfo, encodeGetInfo } from "@lvs/core/ipvs/genl";
import { encodeDumpDestinations } from "@lvs/core/ipvs/genl-destination";
import { decodeServices } from "@lvs/core/ipvs/decode-services";
import { encodeDumpServices } from "@lvs/core/ipvs/genl-service";
import type { IpvsTable, VirtualService } from "@lvs/core/ipvs/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import { packedDiagnostics } from "@lvs/core/ipvs/unpack-destinations";
import { splitMessages } from "@lvs/core/net/netlink";
import { fingerprintWords, isSameFingerprint, writeFingerprint } from "../system/fingerprint.ts";
import { ask, netlinkRefusal } from "../system/netlink.ts";
import type { System } from "../system/system.ts";
import { SystemError } from "../system/system-error.ts";
import { readIpvsFamily } from "./family.ts";
import { fingerprintsOf, type KeptService, sameService } from "./kept-service.ts";
import { Slice } from "./slice.ts";

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
  /**
   * A service whose answer is the same as last time is the same object (===) as last time, and so is a table in which nothing
   * differs. Real servers are decoded where `destinations` is read. Never throws a SystemError.
   */
  read(): Promise<IpvsReading>;
}

/** Bytes of the services' list decoded in one go: some ten services, less than a slice even before the code is compiled. */
const stretchBytes = 4 << 10;

/** Services asked for, or put together, between two looks at the clock: some microseconds each. */
const servicesPerLook = 32;

/** A table that changes its services between the beginning and the end of a reading is read again this often. */
const attempts = 3;

/** The kernel's list of services, real servers aside. */
interface Heads {
  readonly fingerprint: Int32Array;
  readonly list: readonly VirtualService[];
  readonly keys: readonly string[];
  readonly diagnostics: readonly string[];
}

/** What a reading asked and found: the next is the same when neither the list nor an answer differs. */
interface LastReading {
  readonly heads: Heads;
  readonly requests: readonly Uint8Array[];
  readonly fingerprints: Int32Array;
  readonly services: readonly VirtualService[];
  readonly diagnostics: readonly string[];
}

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
  #heads: Heads | undefined;
  #kept = new Map<string, KeptService>();
  #last: LastReading | undefined;
  #table: IpvsTable | undefined;
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
      return { status: "known", table, readAtMs, tookMs, diagnostics: [...new Set(this.#diagnostics)] };
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
    this.#kept.clear();
    this.#last = undefined;
    this.#family = await readIpvsFamily(this.#system);
    return this.#family === undefined ? undefined : await this.#readTable(this.#family);
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
      const isSteady =
        heads.keys.length === after.keys.length &&
        heads.keys.every((key, index) => key === after.keys[index]);
      if (isSteady) return this.#tableOf({ version, size, services: [...services] });
      heads = after;
      if (attempt === attempts) {
        this.#diagnostics.push("virtual services came and went while the table was read");
        const keys = new Set(after.keys);
        return { version, size, services: services.filter((service) => keys.has(serviceKey(service.id))) };
      }
    }
  }

  /** The last reading's table itself when nothing differs from it. */
  #tableOf(table: IpvsTable): IpvsTable {
    const last = this.#table;
    const isSame =
      last?.version === table.version &&
      last.size === table.size &&
      last.services.length === table.services.length &&
      last.services.every((service, index) => service === table.services[index]);
    if (!isSame) this.#table = table;
    return this.#table ?? table;
  }

  #unreadable(name: string): never {
    const reason = "the kernel's answer could not be read";
    throw new SystemError({ door: "netlink", code: "failed", subject: name, reason });
  }

  async #readHeads(family: number): Promise<Heads> {
    const name = "IPVS services";
    for await (const answers of this.#system.netlink.exchange("generic", [encodeDumpServices(family)])) {
      for (const { errno, bytes } of answers) {
        checkAnswer(errno, name);
        const fingerprint = new Int32Array(fingerprintWords);
        writeFingerprint(bytes, fingerprint, 0);
        const last = this.#heads;
        // Other counters of one service are another fingerprint: then all are decoded, and those that are the same are kept below.
        if (last !== undefined && isSameFingerprint(last.fingerprint, 0, fingerprint, 0)) return last;
        this.#heads = { fingerprint, ...(await this.#decodeHeads(bytes)) };
        return this.#heads;
      }
    }
    return this.#unreadable(name);
  }

  async #decodeHeads(bytes: Uint8Array): Promise<Omit<Heads, "fingerprint">> {
    const slice = new Slice(this.#system.clock, 1);
    const list: VirtualService[] = [];
    const keys: string[] = [];
    const problems: string[] = [];
    for (const stretch of splitMessages(bytes, stretchBytes)) {
      const { value, diagnostics } = decodeServices(stretch);
      problems.push(...diagnostics);
      for (const head of value) {
        list.push(head);
        keys.push(serviceKey(head.id));
      }
      await slice.end();
    }
    return { list, keys, diagnostics: problems };
  }

  async #readServices(family: number, heads: Heads): Promise<readonly VirtualService[]> {
    const last = this.#last?.heads === heads ? this.#last : undefined;
    const before = last === undefined ? heads.keys.map((key) => this.#kept.get(key)) : [];
    const requests = last?.requests ?? (await this.#requests(family, heads, before));
    // A copy: a reading that fails half-way must not count as one that was taken in.
    const fingerprints = last?.fingerprints.slice() ?? fingerprintsOf(before);
    const changed = await this.#digest(requests, fingerprints);
    if (last === undefined || changed.size > 0)
      this.#last = await this.#assemble({ heads, requests, fingerprints }, changed);
    this.#diagnostics.push(...(this.#last?.diagnostics ?? []));
    return this.#last?.services ?? [];
  }

  async #requests(
    family: number,
    { list }: Heads,
    before: readonly (KeptService | undefined)[],
  ): Promise<Uint8Array[]> {
    const slice = new Slice(this.#system.clock, servicesPerLook);
    const requests: Uint8Array[] = [];
    for (const [at, { id }] of list.entries()) {
      requests.push(before[at]?.request ?? encodeDumpDestinations(family, id));
      const rest = slice.end();
      if (rest !== undefined) await rest;
    }
    return requests;
  }

  async #assemble(
    asked: Pick<LastReading, "heads" | "requests" | "fingerprints">,
    changed: ReadonlyMap<number, Int32Array>,
  ): Promise<LastReading> {
    const { heads, requests, fingerprints } = asked;
    const slice = new Slice(this.#system.clock, servicesPerLook);
    const kept = new Map<string, KeptService>();
    const services: VirtualService[] = [];
    const diagnostics = [...heads.diagnostics];
    for (const [index, head] of heads.list.entries()) {
      const [key, request] = [heads.keys[index], requests[index]];
      if (key === undefined || request === undefined) continue;
      const last = this.#kept.get(key);
      const words = changed.get(index) ?? last?.words;
      if (words === undefined) continue;
      for (const diagnostic of packedDiagnostics(words)) diagnostics.push(`${key}: ${diagnostic}`);
      const service = sameService(last, head, words);
      services.push(service);
      const at = index * fingerprintWords;
      const isSame = service === last?.service;
      kept.set(key, { request, fingerprints, at, service, head, words: isSame ? last.words : words });
      const rest = slice.end();
      if (rest !== undefined) await rest;
    }
    this.#kept = kept;
    return { ...asked, services, diagnostics };
  }

  /** The packed rows of every service whose answer is not as it was, by its number; its new fingerprint is put into `fingerprints`. */
  async #digest(
    requests: readonly Uint8Array[],
    fingerprints: Int32Array,
  ): Promise<ReadonlyMap<number, Int32Array>> {
    const slice = new Slice(this.#system.clock, 1);
    const changed = new Map<number, Int32Array>();
    for await (const digests of this.#system.netlink.digest(requests, fingerprints)) {
      // One copy for all: thousands of small buffers keep the garbage collector busy.
      const copy = new Int32Array(digests.reduce((sum, { words }) => sum + words.length, 0));
      let at = 0;
      for (const { index, errno, fingerprint, words } of digests) {
        checkAnswer(errno, "IPVS destinations");
        copy.set(words, at);
        fingerprints.set(fingerprint, index * fingerprintWords);
        changed.set(index, copy.subarray(at, at + words.length));
        at += words.length;
      }
      await slice.end();
    }
    return changed;
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
