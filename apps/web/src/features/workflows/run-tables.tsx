"use client";
import { knownValue } from "@lvs/core/director/fact";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { sortDestinationsAsIpvsadm } from "@lvs/core/ipvs/ipvsadm-order";
import { printDestinationName, printServiceFlags, printServiceName } from "@lvs/core/ipvs/listing-print";
import type { Destination, VirtualService } from "@lvs/core/ipvs/model";
import { destinationKey, serviceKey } from "@lvs/core/ipvs/table";
import type { Plan } from "@lvs/core/workflow/plan";
import type { Run } from "@lvs/core/workflow/run";
import { useLists } from "@/client/lists.ts";
import { useFleet, useNow, useTraces } from "@/client/live.tsx";
import { sparkValues } from "@/client/spark-values.ts";
import { State } from "@/ui/glyph.tsx";
import { Spark } from "@/ui/spark.tsx";
import clsx from "clsx";
import { useTranslations } from "next-intl";
import { Fragment } from "react";

/** The services that the run is about, in the table of the director that forwards, with the other's weight and ActiveConn beside. */
export const RunTables = ({ run }: { run: Run }) => {
  const t = useTranslations("runTable");
  const fleet = useFleet();
  const directors = (fleet?.directors ?? []).filter((each) => each.clusterId === run.clusterId);
  const left = directors.find((each) => isMaster(each)) ?? directors[0];
  const right = directors.find((each) => each.id !== left?.id);
  if (left === undefined) return null;
  const wanted = wantedServices(run.plan);
  const services = servicesOf(left).filter(
    (service) => wanted.size === 0 || wanted.has(serviceKey(service.id)),
  );
  return (
    <div className="listing ruled wide-scroll">
      <table className="ipvs" aria-label={t("label")}>
        <colgroup>
          <col style={{ width: "calc(34ch + 16px)" }} />
          {[8, 7, 11, 11].map((width, index) => (
            <col key={`${String(index)} ${width}`} style={{ width: `${width}ch` }} />
          ))}
          <col style={{ width: "26ch" }} />
          <col />
        </colgroup>
        <thead>
          <tr className="h2">
            <th>{`  -> RemoteAddress:Port`}</th>
            <th>Forward</th>
            <th>Weight</th>
            <th>ActiveConn</th>
            <th>InActConn</th>
            <th className="x x1">{right === undefined ? "" : t("other", { director: right.name })}</th>
            <th className="x">{t("minutes", { director: left.name })}</th>
          </tr>
        </thead>
        <tbody>
          {services.length === 0 ? (
            <tr className="vs">
              <td colSpan={5}>{t("empty", { director: left.name })}</td>
              <td className="x x1" colSpan={2} />
            </tr>
          ) : null}
          {services.map((service) => (
            <Service key={serviceKey(service.id)} service={service} left={left} right={right} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const isMaster = (director: FleetDirector): boolean =>
  director.state !== undefined &&
  (knownValue(director.state.vrrp) ?? []).some((instance) => instance.state === "MASTER");

const servicesOf = (director: FleetDirector): readonly VirtualService[] =>
  director.state === undefined ? [] : (knownValue(director.state.table)?.services ?? []);

/** Services that any action or proof of the plan names; none named: all are shown. */
const wantedServices = (plan: Plan): Set<string> =>
  new Set(
    plan.steps
      .flatMap((step) => [...step.actions, ...step.proofs])
      .flatMap((each) => ("row" in each ? [serviceKey(each.row.service)] : [])),
  );

interface ServiceProps {
  readonly service: VirtualService;
  readonly left: FleetDirector;
  readonly right: FleetDirector | undefined;
}

const Service = ({ left, right, service }: ServiceProps) => {
  const key = serviceKey(service.id);
  const other =
    right === undefined ? undefined : servicesOf(right).find((each) => serviceKey(each.id) === key);
  const rows = sortDestinationsAsIpvsadm(service.destinations);
  const keys = new Set(rows.map(destinationKey));
  const onlyOther = (other?.destinations ?? []).filter((each) => !keys.has(destinationKey(each)));
  return (
    <Fragment>
      <tr className="vs">
        <td colSpan={5}>
          {printServiceName(service.id, {})} <span className="fl">{printServiceFlags(service)}</span>
        </td>
        <td className="x x1" colSpan={2}>
          <Roles directors={right === undefined ? [left] : [left, right]} />
        </td>
      </tr>
      {[...rows, ...onlyOther].map((destination) => (
        <Row
          key={destinationKey(destination)}
          service={service}
          destination={destination}
          isHere={keys.has(destinationKey(destination))}
          left={left}
          other={other?.destinations.find((each) => destinationKey(each) === destinationKey(destination))}
          right={right}
        />
      ))}
    </Fragment>
  );
};

const Roles = ({ directors }: { directors: readonly FleetDirector[] }) => {
  const t = useTranslations("runTable");
  const lists = useLists();
  const nowMs = useNow();
  return lists.clauses(
    directors.map((director) => {
      if (!isUsable(directorAge(director, nowMs))) return t("old", { director: director.name });
      const states = director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []);
      return `${director.name} ${lists.names(new Set(states.map((each) => each.state)))}`;
    }),
  );
};

const Row = (props: {
  service: VirtualService;
  destination: Destination;
  isHere: boolean;
  left: FleetDirector;
  other: Destination | undefined;
  right: FleetDirector | undefined;
}) => {
  const { destination, isHere, left, other, right, service } = props;
  const t = useTranslations("runTable");
  const nowMs = useNow(5_000);
  const isDraining = isHere && destination.weight === 0;
  const trace = useTraces()(
    left.id,
    `${serviceKey(service.id)} ${destinationKey(destination)}`,
    isDraining ? "active" : "rate",
  );
  const name = printDestinationName(destination, service.id, {});
  return (
    <tr className={clsx("rs", isDraining && "drain", !isHere && "out")}>
      {isHere ? (
        <>
          <td>{`  -> ${name}`}</td>
          <td>{destination.forwarding}</td>
          <td className="w">{destination.weight}</td>
          <td className="num">{destination.activeConnections}</td>
          <td className="num">{destination.inactiveConnections}</td>
        </>
      ) : (
        <td colSpan={5}>{`   × ${name}`}</td>
      )}
      <td className="x x1">
        {right === undefined ? null : <Other other={other} />}{" "}
        {isDraining ? (
          <State glyph="drain" tone="warn">
            {t("draining")}
          </State>
        ) : null}
      </td>
      <td className="x sp">
        <Spark values={sparkValues(trace, nowMs)} tone={isDraining ? "warn" : "plain"} />
      </td>
    </tr>
  );
};

const Other = ({ other }: { other: Destination | undefined }) => {
  const t = useTranslations("runTable");
  return other === undefined ? (
    <span className="c-down">{t("notThere")}</span>
  ) : (
    <>
      {other.weight}, {other.activeConnections}
    </>
  );
};
