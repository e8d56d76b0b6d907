import type { ClusterFacts, Unheard, WireDispute } from "./facts.ts";
import { findInstance, instanceNames, type PicturedDirector } from "./cluster-picture.ts";
import type { Condition, ConditionCode } from "./plan.ts";

/**
 * Who speaks VRRP for the instances of the cluster, all of which every workflow moves: a stranger, a second MASTER or adverts that the
 * other refuses make a take-over go elsewhere than planned, or to two at once. One condition for each dispute, and one for each
 * instance without any. Where a director cannot hear, the quiet is not known; that warns and refuses nothing, since a director whose
 * agent lacks CAP_NET_RAW has to be maintained as well.
 */
export function wireConditions(
  { wire }: Pick<ClusterFacts, "wire">,
  directors: readonly PicturedDirector[],
): Condition[] {
  return instanceNames(directors).flatMap((instance) => {
    const disputes = wire.disputes.filter((each) => each.instance === instance);
    if (disputes.length > 0) return disputes.map((each) => conditionOfDispute(each));
    const deaf = wire.unheard.filter((each) => each.instance === instance);
    return [quietOf({ instance, id: virtualRouterIdOf(directors, instance), deaf })];
  });
}

const codes: Readonly<Record<WireDispute["kind"], ConditionCode>> = {
  stranger: "noStranger",
  secondMaster: "noSecondMaster",
  notBelieved: "advertsBelieved",
  otherInterval: "sameInterval",
};

function conditionOfDispute(dispute: WireDispute): Condition {
  const { director, instance, kind, link, reason, sources, virtualRouterId } = dispute;
  const values = {
    instance,
    id: virtualRouterId,
    director,
    link,
    source: sources.join(", "),
    reason: reason ?? "",
  };
  return { code: codes[kind], values, isMet: false };
}

function quietOf(of: { instance: string; id: number; deaf: readonly Unheard[] }): Condition {
  const { deaf, id, instance } = of;
  const values = { instance, id, deafCount: deaf.length, deaf: deaf.map((each) => nameOf(each)).join("; ") };
  return {
    code: "wireQuiet",
    values,
    mayBeUnknown: true,
    ...(deaf.length === 0 ? { isMet: true } : {}),
  };
}

/** "lvs-2 eth0: Operation not permitted" */
function nameOf({ director, link, reason }: Unheard): string {
  const where = link === undefined ? director : `${director} ${link}`;
  return reason === "" ? where : `${where}: ${reason}`;
}

function virtualRouterIdOf(directors: readonly PicturedDirector[], instance: string): number {
  return directors.flatMap((each) => findInstance(each, instance) ?? [])[0]?.virtualRouterId ?? 0;
}
