"use client";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import { ActionItem } from "@/ui/action-item.tsx";
import { Button, LinkButton } from "@/ui/button.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { useFleet, useNow } from "./live.tsx";

const kinds = ["failOver", "removeRealServer", "addRealServer"] as const;

/** What can be done with a cluster: each opens a plan, which changes nothing. */
export const ClusterActions = ({ clusterId }: { clusterId: string }) => {
  const t = useTranslations("actions");
  const refusal = useRefusalToPlan(clusterId);
  return (
    <Section title={t("title")} aside={refusal?.aside}>
      <ul className="acts">
        {kinds.map((kind) => (
          <ActionItem
            key={kind}
            name={t(`${kind}.name`)}
            button={
              refusal === undefined ? (
                <LinkButton
                  href={`/runs/plan?kind=${kind}&cluster=${clusterId}`}
                  label={t("planLabel", { name: t(`${kind}.name`) })}
                >
                  {t("plan")}
                </LinkButton>
              ) : (
                <Button refusal={refusal.why} isReasonElsewhere>
                  {t("plan")}
                </Button>
              )
            }
            lines={
              refusal === undefined
                ? [
                    { word: t("then"), text: t(`${kind}.then`) },
                    { word: t("back"), text: t(`${kind}.back`) },
                  ]
                : [{ word: t("why"), text: refusal.why }]
            }
          />
        ))}
      </ul>
    </Section>
  );
};

/** A run holds the cluster, or a director of it is too old to be believed. */
const useRefusalToPlan = (clusterId: string): { why: string; aside: string } | undefined => {
  const t = useTranslations("actions");
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const run = fleet?.runs.find((each) => each.clusterId === clusterId && each.endedAtMs === undefined);
  if (run !== undefined)
    return { why: t("whyRun", { number: run.number }), aside: t("asideRun", { number: run.number }) };
  const silent = fleet?.directors.find(
    (each) => each.clusterId === clusterId && !isUsable(directorAge(each, nowMs)),
  );
  if (silent === undefined) return undefined;
  return { why: t("whyStale", { director: silent.name }), aside: t("asideStale") };
};
