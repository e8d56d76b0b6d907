"use client";
import type { FleetRealServer } from "@lvs/core/fleet/model";
import { useFleet } from "@/client/live.tsx";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Empty, Loading } from "@/ui/list-state.tsx";
import { Section } from "@/ui/section.tsx";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { AddForm } from "./add-form.tsx";
import { RealServerItem } from "./real-server-item.tsx";

/** The real servers that the console may sign in to: its key for them, and theirs as a person has accepted it. */
export const RealServersPage = () => {
  const t = useTranslations("realServers");
  const common = useTranslations("common");
  const fleet = useFleet();
  const realServers = fleet?.realServers ?? [];
  return (
    <main id="main" className="split-r">
      <div className="pane">
        <div className="head">
          <h1>{t("title")}</h1>
          <span className="q">{t("count", { count: realServers.length })}</span>
        </div>
        {fleet === undefined ? <Loading text={(seconds) => common("asking", { seconds })} /> : null}
        {fleet !== undefined && realServers.length === 0 ? (
          <Empty title={t("none")}>
            <p className="q">{t("noneHint")}</p>
          </Empty>
        ) : null}
        {realServers.length === 0 ? null : <List realServers={realServers} />}
      </div>
      <aside className="side pane">
        {fleet === undefined ? null : <AddForm clusters={fleet.clusters} />}
        <PublicKey />
      </aside>
    </main>
  );
};

const List = ({ realServers }: { realServers: readonly FleetRealServer[] }) => {
  const t = useTranslations("realServers");
  const fleet = useFleet();
  return (
    <div className="wide-scroll">
      <table className="t real-servers">
        <thead>
          <tr>
            <th>{t("columns.cluster")}</th>
            <th>{t("columns.name")}</th>
            <th>{t("columns.address")}</th>
            <th>{t("columns.service")}</th>
            <th>{t("columns.hostKey")}</th>
            <th>
              <span className="vh">{t("columns.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {realServers.map((each) => (
            <RealServerItem
              key={each.id}
              realServer={each}
              cluster={fleet?.clusters.find((cluster) => cluster.id === each.clusterId)?.name ?? ""}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const PublicKey = () => {
  const t = useTranslations("realServers");
  const trpc = useTRPC();
  const query = useQuery(trpc.realServers.publicKey.queryOptions());
  return (
    <Section title={t("publicKey")}>
      <p className="q sm">{t("publicKeyHint")}</p>
      {query.isError ? <QueryFailed query={query} /> : null}
      {query.data === undefined ? null : (
        <>
          <p className="cmd bare">{query.data.publicKey}</p>
          <div className="actions">
            <CopyButton
              text={() => query.data.publicKey}
              label={t("copyKey")}
              done={t("copied")}
              failed={t("notCopied")}
            />
          </div>
        </>
      )}
    </Section>
  );
};
