import type { PairComparison, PairService } from "@lvs/core/fleet/compare";
import { knownValue } from "@lvs/core/director/fact";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printSum } from "@/client/format.ts";
import { useTranslations } from "next-intl";

interface Outlook {
  readonly title: string;
  readonly body: string;
}

/**
 * What the two do now, what follows if the one that serves fails, and the way back. Of a director that is not heard nothing is promised, and
 * of two that are MASTER of one instance nothing is called in order.
 */
export const useOutlook = (of: {
  readonly pair: PairComparison;
  readonly first: FleetDirector;
  readonly second: FleetDirector;
  readonly old: readonly FleetDirector[];
}): Outlook[] => {
  const t = useTranslations("pair");
  const { first, old, pair, second } = of;
  const names = old.map(({ name }) => name).join(", ");
  const serving = servingOf(of);
  const peer = serving === first ? second : first;
  const title = t("if", { director: serving.name });
  if (old.length > 0)
    return [
      { title: t("now"), body: t("nowOld", { names }) },
      { title, body: t("ifOld", { peer: peer.name }) },
      { title: t("back"), body: t("backOld", { names }) },
    ];
  const split = mastersOf(first).filter((name) => mastersOf(second).includes(name));
  if (split.length > 0) {
    const instances = split.join(", ");
    return [
      { title: t("now"), body: t("nowSplit", { instances }) },
      { title, body: t("ifSplit", { peer: peer.name }) },
      { title: t("back"), body: t("backSplit") },
    ];
  }
  const isComplement = pair.services.every((service) => service.flow !== "both");
  const moving = printSum(flows(pair.services, serving === first ? "first" : "second"));
  const unequal = pair.services
    .flatMap((service) => service.rows)
    .filter((row) => row.verdict.kind !== "same").length;
  return [
    { title: t("now"), body: isComplement ? t("nowComplement") : t("nowBoth") },
    {
      title,
      body:
        unequal === 0
          ? t("ifSame", { peer: peer.name, flows: moving })
          : t("ifDiffers", { peer: peer.name, flows: moving, count: unequal }),
    },
    { title: t("back"), body: pair.differences === 0 ? t("backNothing") : t("backMend") },
  ];
};

/** The one whose failing would move something: heard, and MASTER of most instances; the first where they are equal. */
const servingOf = (of: {
  readonly first: FleetDirector;
  readonly second: FleetDirector;
  readonly old: readonly FleetDirector[];
}): FleetDirector => {
  const { first, old, second } = of;
  if (old.includes(first) !== old.includes(second)) return old.includes(first) ? second : first;
  return mastersOf(second).length > mastersOf(first).length ? second : first;
};

const mastersOf = ({ state }: FleetDirector): string[] =>
  (state === undefined ? [] : (knownValue(state.vrrp) ?? [])).flatMap((instance) =>
    instance.state === "MASTER" ? [instance.name] : [],
  );

const flows = (services: readonly PairService[], side: "first" | "second"): number =>
  services.reduce(
    (sum, service) =>
      sum + (service[side]?.destinations ?? []).reduce((total, each) => total + each.activeConnections, 0),
    0,
  );
