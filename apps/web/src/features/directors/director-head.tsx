"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { Age } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { AgeMark, VrrpMark } from "@/client/marks.tsx";
import { useFleet } from "@/client/live.tsx";
import { LinkButton } from "@/ui/button.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { Fragment, type ReactNode } from "react";

/** Who this is, what it is MASTER of, how old its word is, and the way to its peer. */
export const DirectorHead = (props: { director: FleetDirector; age: Age; children?: ReactNode }) => {
  const t = useTranslations("director");
  const fleet = useFleet();
  const { age, director } = props;
  const cluster = fleet?.clusters.find((each) => each.id === director.clusterId);
  const peer = fleet?.directors.find(
    (each) => each.clusterId === director.clusterId && each.id !== director.id,
  );
  return (
    <div className="head">
      <div className="crumb">
        <Link href="/">{t("fleet")}</Link> /{" "}
        <Link href={`/?cluster=${director.clusterId}`}>{cluster?.name}</Link> / {director.name}
      </div>
      <h1>{director.name}</h1>
      <Instances director={director} isOld={age.freshness === "stale"} />
      <span className="m">{director.address}</span>
      {director.isComing === true && director.state === undefined ? null : <AgeMark age={age} />}
      <div className="end">
        {peer === undefined ? null : (
          <LinkButton href={`/clusters/${director.clusterId}/pair`}>
            {t("compare", { peer: peer.name })}
          </LinkButton>
        )}
        {props.children}
      </div>
    </div>
  );
};

const Instances = ({ director, isOld }: { director: FleetDirector; isOld: boolean }) => {
  const t = useTranslations("director");
  const instances = director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []);
  return instances.map((instance) => (
    <Fragment key={instance.name}>
      <span className={isOld ? "old was" : undefined}>
        {isOld ? `${t("was")} ` : null}
        <VrrpMark state={instance.state} /> {t("of", { instance: instance.name })}
      </span>
    </Fragment>
  ));
};
