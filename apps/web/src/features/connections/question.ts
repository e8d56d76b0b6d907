import type { ConnectionFilter } from "@lvs/core/ipvs/connections";
import type { IpvsTable, ServiceId } from "@lvs/core/ipvs/model";
import { markAsAddress } from "@lvs/core/ipvs/listing-connections";
import { serviceKey } from "@lvs/core/ipvs/table";
import { parseAddress } from "@lvs/core/net/address";
import { networkAddress, parseCidr, printCidr } from "@lvs/core/net/cidr";
import { parseEndpoint, printEndpoint } from "@lvs/core/net/endpoint";

/** What somebody typed or what the address of the page says, as a question to a connection table. */

export type Subject =
  | { readonly kind: "none" }
  /** `port`: one connection of that client. */
  | { readonly kind: "client"; readonly address: string; readonly port: number | undefined }
  | { readonly kind: "network"; readonly network: string }
  | { readonly kind: "unreadable"; readonly text: string };

/** An address in any spelling, address:port, or a network. */
export const readSubject = (text: string): Subject => {
  const bare = text.trim();
  if (bare === "") return { kind: "none" };
  const unwrapped = /^\[([^\]]+)\]$/u.exec(bare)?.[1] ?? bare;
  const address = parseAddress(unwrapped);
  if (address !== undefined) return { kind: "client", address, port: undefined };
  const endpoint = parseEndpoint(bare);
  if (endpoint !== undefined) return { kind: "client", ...endpoint };
  const cidr = bare.includes("/") ? parseCidr(bare) : undefined;
  if (cidr !== undefined)
    return { kind: "network", network: printCidr({ ...cidr, address: networkAddress(cidr) }) };
  return { kind: "unreadable", text: bare };
};

/** The subject as it stands in the page's address; reading it gives the subject again. */
export const printSubject = (subject: Subject): string => {
  switch (subject.kind) {
    case "none":
      return "";
    case "client":
      return subject.port === undefined
        ? subject.address
        : printEndpoint({ address: subject.address, port: subject.port });
    case "network":
      return subject.network;
    case "unreadable":
      return subject.text;
  }
};

/** The other choices of the page, as its address has them; empty: not chosen. */
export interface Choices {
  /** As `serviceKey` writes it. */
  readonly service: string;
  /** "10.0.0.1:80", or "10.0.0.1" for every port. */
  readonly realServer: string;
  readonly state: string;
  readonly kind: string;
}

const readRealServer = (text: string): ConnectionFilter["realServer"] => {
  const address = parseAddress(text);
  return address === undefined ? parseEndpoint(text) : { address };
};

/** "TCP 192.0.2.1:80", "FWM 10", "FWM 10 IPv6"; undefined for anything else. */
export const readServiceKey = (text: string): ServiceId | undefined => {
  const mark = /^FWM (\d{1,10})( IPv6)?$/u.exec(text);
  if (mark !== null)
    return { kind: "fwmark", mark: Number(mark[1]), family: mark[2] === undefined ? "inet" : "inet6" };
  const match = /^(TCP|UDP|SCTP) (\S+)$/u.exec(text);
  const endpoint = parseEndpoint(match?.[2] ?? "");
  const protocol = (["TCP", "UDP", "SCTP"] as const).find((each) => each === match?.[1]);
  return protocol === undefined || endpoint === undefined
    ? undefined
    : { kind: "address", protocol, ...endpoint };
};

/** What the director is asked for. A choice that cannot be read asks for nothing. */
export const filterOf = (subject: Subject, choices: Choices): ConnectionFilter => {
  const service = readServiceKey(choices.service);
  const realServer = readRealServer(choices.realServer);
  const kind = (["connection", "template"] as const).find((each) => each === choices.kind);
  return {
    ...(subject.kind === "client" ? { client: subject.address } : {}),
    ...(subject.kind === "network" ? { client: subject.network } : {}),
    ...(service === undefined ? {} : { service }),
    ...(realServer === undefined ? {} : { realServer }),
    ...(choices.state === "" ? {} : { state: choices.state }),
    ...(kind === undefined ? {} : { kind }),
  };
};

/** Where the typed text is one of the director's real servers, it is meant as that and not as a client. */
export const isRealServer = (tables: readonly Pick<IpvsTable, "services">[], text: string): boolean => {
  const wanted = readRealServer(text.trim());
  if (wanted === undefined) return false;
  return tables.some((table) =>
    table.services.some((service) =>
      service.destinations.some(
        ({ address, port }) =>
          address === wanted.address && (wanted.port === undefined || wanted.port === port),
      ),
    ),
  );
};

/** What an operator would type for the same rows. Undefined for a network, which no plain text stands for. */
export const commandOf = (filter: ConnectionFilter, clientPort: number | undefined): string | undefined => {
  const { client, kind, realServer, service, state } = filter;
  if (client?.includes("/") === true) return undefined;
  const words: string[] = [];
  const add = (address: string, port: number | undefined): void =>
    void words.push(`-wF ${port === undefined ? address : quoted(printEndpoint({ address, port }))}`);
  if (client !== undefined) add(client, clientPort);
  if (service?.kind === "fwmark") words.push("-w IP", `-wF ${markAsAddress(service.mark, service.family)}`);
  if (service?.kind === "address") {
    words.push(`-w ${service.protocol}`);
    add(service.address, service.port === 0 ? undefined : service.port);
  }
  if (realServer !== undefined) add(realServer.address, realServer.port);
  if (state !== undefined) words.push(`-w ${state}`);
  if (kind !== undefined) words.push(kind === "template" ? "-F ':0 '" : "-vF ':0 '");
  return ["ipvsadm -Lnc", ...words.map((word) => `grep ${word}`)].join(" | ");
};

/** A shell would take brackets for a pattern. */
const quoted = (text: string): string => (text.includes("[") ? `'${text}'` : text);

/** The page's address for these choices. */
export const pageOf = (
  directorId: string,
  choices: {
    readonly client?: string;
    readonly service?: ServiceId;
    readonly realServer?: string;
    readonly state?: string;
  },
): string => {
  const search = new URLSearchParams();
  if (directorId !== "") search.set("director", directorId);
  if (choices.client !== undefined) search.set("client", choices.client);
  if (choices.service !== undefined) search.set("service", serviceKey(choices.service));
  if (choices.realServer !== undefined) search.set("rs", choices.realServer);
  if (choices.state !== undefined) search.set("state", choices.state);
  return `/connections?${search.toString()}`;
};
