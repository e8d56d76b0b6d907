/**
 * What a lab consists of, as plain data: who is there, at which address, and which clusters they form.
 * Pure; every other file of the lab reads its names and numbers from here.
 */

export const topologies = ["cdn", "dual"] as const;

/**
 * `cdn`: one instance, one VIP, lvs-1 MASTER (180), lvs-2 BACKUP (150).
 * `dual`: two instances, each director MASTER of one VIP and BACKUP of the other, services with persistence.
 */
export type Topology = (typeof topologies)[number];

/** A director: a user-mode kernel with IPVS and keepalived. `index` counts from 1. */
export type Director = {
  readonly kind: "director";
  readonly name: string;
  readonly index: number;
  readonly address: string;
  readonly address6: string;
  /** Where the agent listens. */
  readonly agentPort: number;
  /** This director's address on its private control link; not on the wire. */
  readonly controlAddress: string;
};

/** A real server: namespaces with nginx, sshd and lvs_real. */
export type RealServer = {
  readonly kind: "real-server";
  readonly name: string;
  readonly index: number;
  readonly address: string;
  readonly address6: string;
  readonly sshPort: number;
};

/** A plain network namespace on the wire: where clients, or the console, run. */
export type Station = {
  readonly kind: "station";
  readonly name: "client" | "console";
  readonly address: string;
  readonly address6: string;
};

export type Host = Director | RealServer | Station;

/** One VRRP instance as the lab configures it; `master` is the name of the director that should hold it. */
export type InstancePlan = {
  readonly name: string;
  readonly virtualRouterId: number;
  readonly authPass: string;
  readonly vips: readonly string[];
  readonly master: string;
};

/** One virtual service as the lab configures it. TCP, wlc, DR, TCP_CHECK. */
export type ServicePlan = {
  readonly vip: string;
  readonly port: number;
  /** Seconds; 0 is without persistence. */
  readonly persistence: number;
  readonly realServers: readonly { readonly name: string; readonly weight: number }[];
};

export type LabPlan = {
  readonly topology: Topology;
  readonly directors: readonly Director[];
  readonly realServers: readonly RealServer[];
  readonly stations: readonly Station[];
  readonly instances: readonly InstancePlan[];
  readonly services: readonly ServicePlan[];
};

export const agentPort = 9443;
export const controlPort = 7000;

const directors: readonly Director[] = [1, 2].map((index) => ({
  kind: "director",
  name: `lvs-${index}`,
  index,
  address: `10.77.0.${10 + index}`,
  address6: `fd00:77::${10 + index}`,
  agentPort,
  controlAddress: `10.78.${index}.2`,
}));

const realServers: readonly RealServer[] = [1, 2, 3, 4].map((index) => ({
  kind: "real-server",
  name: `rs${index}`,
  index,
  address: `10.77.0.${20 + index}`,
  address6: `fd00:77::${20 + index}`,
  sshPort: 22,
}));

const stations: readonly Station[] = [
  { kind: "station", name: "client", address: "10.77.0.1", address6: "fd00:77::1" },
  { kind: "station", name: "console", address: "10.77.0.2", address6: "fd00:77::2" },
];

const weighted = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }));

/** More addresses of the client station, so that several clients can be told apart. */
export const extraClientAddresses: readonly string[] = Array.from(
  { length: 19 },
  (_, index) => `10.77.0.${201 + index}`,
);

/** The addresses, instances and services of a topology. The same in every lab: labs cannot see each other. */
export function planLab(topology: Topology): LabPlan {
  const hosts = { topology, directors, realServers, stations };
  switch (topology) {
    case "cdn":
      return {
        ...hosts,
        instances: [
          { name: "VI_CACHE", virtualRouterId: 51, authPass: "1111", vips: ["10.77.0.64"], master: "lvs-1" },
        ],
        services: [
          {
            vip: "10.77.0.64",
            port: 80,
            persistence: 0,
            realServers: weighted({ rs1: 100, rs2: 100, rs3: 100, rs4: 100 }),
          },
        ],
      };
    case "dual":
      return {
        ...hosts,
        instances: [
          { name: "VI_WEB", virtualRouterId: 51, authPass: "1111", vips: ["10.77.0.99"], master: "lvs-1" },
          { name: "VI_CTCP", virtualRouterId: 52, authPass: "2222", vips: ["10.77.0.100"], master: "lvs-2" },
        ],
        services: [
          {
            vip: "10.77.0.99",
            port: 80,
            persistence: 10,
            realServers: weighted({ rs1: 100, rs2: 100, rs3: 90, rs4: 90 }),
          },
          { vip: "10.77.0.100", port: 3000, persistence: 50, realServers: weighted({ rs1: 100, rs2: 100 }) },
          { vip: "10.77.0.100", port: 4000, persistence: 50, realServers: weighted({ rs3: 100, rs4: 100 }) },
        ],
      };
  }
}

/** Every VIP of the plan, once. */
export function vipsOf(plan: LabPlan): readonly string[] {
  return plan.instances.flatMap((instance) => instance.vips);
}

/** The ports a real server has to answer on, over all services. */
export function servicePortsOf(plan: LabPlan): readonly number[] {
  return [...new Set(plan.services.map((service) => service.port))];
}

/** The host with this name, or null. */
export function findHost(plan: LabPlan, name: string): Host | null {
  return (
    [...plan.directors, ...plan.realServers, ...plan.stations].find((host) => host.name === name) ?? null
  );
}
