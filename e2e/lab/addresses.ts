import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { openLab } from "./exec.ts";
import { consoleKeyPath, hostKeyPath } from "./hosts/keys.ts";
import { LabError } from "./machine/failure.ts";
import { vipsOf, type RealServer, type ServicePlan, type Topology } from "./plan.ts";

/** Where everything in a lab is: what a console needs to be told about the cluster it shall run. */
export type LabAddresses = {
  readonly name: string;
  readonly topology: Topology;
  readonly directors: readonly {
    readonly name: string;
    readonly address: string;
    readonly agentPort: number;
  }[];
  readonly realServers: readonly {
    readonly name: string;
    readonly address: string;
    readonly sshPort: number;
    /** As ssh prints it: `SHA256:…`. */
    readonly hostKeyFingerprint: string;
  }[];
  readonly vips: readonly string[];
  readonly services: readonly ServicePlan[];
  readonly clientAddress: string;
  readonly consoleAddress: string;
  /** The private key (OpenSSH, no passphrase) that real servers let in, as `consoleUser` and as root. */
  readonly consoleKeyPath: string;
  /** The login with the least rights: by `sudo -n` it may start and stop nginx and lvs_real, and nothing else. */
  readonly consoleUser: string;
};

/** The fingerprint of an OpenSSH public key file: SHA-256 over the key's bytes, base64 without padding. */
function readFingerprint(path: string): string {
  const blob = readFileSync(path, "utf8").split(" ")[1];
  if (blob === undefined) throw new LabError(`${path} is not a public key`);
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** The addresses of a lab that is up. */
export function readAddresses(lab?: string): LabAddresses {
  const { name, plan } = openLab(lab);
  const station = (wanted: string) => plan.stations.find((host) => host.name === wanted)?.address ?? "";
  const fingerprint = (server: RealServer) => readFingerprint(`${hostKeyPath(name, server)}.pub`);
  return {
    name,
    topology: plan.topology,
    directors: plan.directors.map(({ name: director, address, agentPort }) => ({
      name: director,
      address,
      agentPort,
    })),
    realServers: plan.realServers.map((server) => ({
      name: server.name,
      address: server.address,
      sshPort: server.sshPort,
      hostKeyFingerprint: fingerprint(server),
    })),
    vips: vipsOf(plan),
    services: plan.services,
    clientAddress: station("client"),
    consoleAddress: station("console"),
    consoleKeyPath: consoleKeyPath(name),
    consoleUser: "lvs",
  };
}
