import type { Configured } from "../director/configured.ts";
import type { Verdict } from "../director/state.ts";
import { serviceSettings } from "../ipvs/change.ts";
import type { Timeouts } from "../ipvs/listing-state.ts";
import { printServiceFlags } from "../ipvs/listing-print.ts";
import type { IpvsTable, VirtualService } from "../ipvs/model.ts";
import { destinationKey, serviceKey, tidyService } from "../ipvs/table.ts";
import { differingAspects, printCommand, type Aspect } from "./aspects.ts";
import type { WantedTable } from "./configured-table.ts";
import type { Difference } from "./drift.ts";
import { findRowDrift, writeRow, type CheckedService } from "./row-drift.ts";
import { noVerdicts, verdictsByService } from "./row-verdicts.ts";

/** One reading of a director beside what its configuration asks for. */
export interface DriftQuestion {
  readonly table: Pick<IpvsTable, "services">;
  /** Of the configuration that the daemon has loaded. */
  readonly wanted: WantedTable;
  /** lvs_timeouts of that configuration. */
  readonly wantedTimeouts: Configured["timeouts"];
  /** The checkers' word on every configured real server. One that is missing here has not been heard of. */
  readonly verdicts: readonly Verdict[];
  /** `ipvsadm --timeout`; undefined: not known, and nothing is said of it. */
  readonly timeouts: Timeouts | undefined;
}

/**
 * Everything in which the table differs from the configuration and which keepalived has not done itself: a failed check, a sorry
 * server in use, alpha mode, `inhibit_on_failure`, a weight that a checker sets and a real server whose checkers have not spoken yet
 * are no difference. In the file's order, then what only the kernel has in the kernel's.
 */
export const findDrift = (question: DriftQuestion): Difference[] => [...driftInSteps(question)].flat();

/**
 * `findDrift` in steps of one service each, for whoever lets other work run between them. A service of which nothing is another object
 * than at the last comparison is not compared again.
 */
export function* driftInSteps(question: DriftQuestion): Generator<readonly Difference[]> {
  const verdicts = verdictsByService(question.verdicts);
  const services = new Map(question.table.services.map((service) => [serviceKey(service.id), service]));
  for (const [key, wanted] of question.wanted) {
    const checked: CheckedService = { wanted, verdicts: verdicts.get(key) ?? noVerdicts };
    const kernel = services.get(key);
    yield kernel === undefined ? [missingService(checked)] : serviceDrift(checked, kernel);
  }
  for (const [key, service] of services) if (!question.wanted.has(key)) yield [extraService(service)];
  yield timeoutsDrift(question);
}

interface Compared extends CheckedService {
  readonly found: readonly Difference[];
}

/** The last comparison of each service in a table. */
const compared = new WeakMap<VirtualService, Compared>();

const serviceDrift = (checked: CheckedService, kernel: VirtualService): readonly Difference[] => {
  const { verdicts, wanted } = checked;
  const last = compared.get(kernel);
  if (last?.wanted === wanted && last.verdicts === verdicts) return last.found;
  const found = [...settingsDrift(wanted.service, kernel), ...findRowDrift(checked, kernel)];
  compared.set(kernel, { wanted, verdicts, found });
  return found;
};

/** With everything that its checkers have not taken out: what keepalived itself would have in it now. */
const missingService = ({ verdicts, wanted }: CheckedService): Difference => {
  const { service } = wanted;
  const rows = service.destinations.filter((row) => verdicts.get(destinationKey(row)) !== "down");
  return {
    kind: "serviceMissing",
    service: service.id,
    configured: printServiceFlags(service),
    undo: [
      printCommand({ kind: "addService", service: serviceSettings(service) }),
      ...rows.map((row) => writeRow("addDestination", service.id, row)),
    ],
  };
};

const extraService = (service: VirtualService): Difference => ({
  kind: "serviceExtra",
  service: service.id,
  kernel: printServiceFlags(service),
  undo: [printCommand({ kind: "removeService", service: service.id })],
});

const serviceAspects: readonly Aspect<VirtualService>[] = [
  { kind: "scheduler", value: ({ scheduler }) => scheduler },
  { kind: "schedulerFlags", value: ({ schedulerFlags }) => schedulerFlags.join(",") },
  { kind: "persistence", value: ({ persistence }) => printPersistence(persistence) },
  { kind: "onePacket", value: ({ onePacket }) => (onePacket ? "ops" : "") },
];

const printPersistence = (persistence: VirtualService["persistence"]): string => {
  if (persistence === undefined) return "";
  const { engine, mask, timeoutS } = persistence;
  return [
    `persistent ${timeoutS}`,
    ...(mask === undefined ? [] : [`mask ${mask}`]),
    ...(engine === undefined ? [] : [`pe ${engine}`]),
  ].join(" ");
};

const settingsDrift = (wanted: VirtualService, kernel: VirtualService): Difference[] => {
  const undo = (): string[] => [
    printCommand({ kind: "editService", service: serviceSettings({ ...wanted, id: kernel.id }) }),
  ];
  const tidy = tidyService({ ...kernel, destinations: [] });
  return differingAspects(serviceAspects, wanted, tidy).map((difference) => ({
    ...difference,
    service: kernel.id,
    undo: undo(),
  }));
};

const timeoutsAspect: Aspect<Timeouts> = {
  kind: "timeouts",
  value: ({ tcpFinS, tcpS, udpS }) => `${tcpS} ${tcpFinS} ${udpS}`,
};

const timeoutsDrift = ({ timeouts, wantedTimeouts }: DriftQuestion): Difference[] => {
  if (timeouts === undefined || wantedTimeouts === undefined) return [];
  const wanted = {
    tcpS: wantedTimeouts.tcpS ?? timeouts.tcpS,
    tcpFinS: wantedTimeouts.tcpFinS ?? timeouts.tcpFinS,
    udpS: wantedTimeouts.udpS ?? timeouts.udpS,
  };
  return differingAspects([timeoutsAspect], wanted, timeouts).map((difference) => ({
    ...difference,
    undo: [printCommand({ kind: "setTimeouts", timeouts: wanted })],
  }));
};
