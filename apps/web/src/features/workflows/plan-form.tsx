"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { Fleet } from "@lvs/core/fleet/model";
import type { ServiceId } from "@lvs/core/ipvs/model";
import { serviceKey } from "@lvs/core/ipvs/table";
import type { DirectorMethod, WorkflowKind } from "@lvs/core/workflow/plan";
import { Field, SelectField } from "@/ui/field.tsx";
import { Segment } from "@/ui/segment.tsx";
import { useTranslations } from "next-intl";
import Link from "next/link";

export interface RowChoice {
  readonly service: ServiceId;
  readonly isChosen: boolean;
  readonly address: string;
  readonly port: string;
  readonly weight: string;
}

export interface Choice {
  readonly realServerId: string;
  readonly method: DirectorMethod;
  readonly drainMost: string;
  /** Undefined: not touched; filled from the fellows of each service when a real server is chosen. */
  readonly rows: readonly RowChoice[] | undefined;
}

interface FormProps {
  readonly fleet: Fleet;
  readonly kind: WorkflowKind;
  readonly clusterId: string;
  readonly choice: Choice;
  readonly onCluster: (id: string) => void;
  readonly onChange: (choice: Choice) => void;
}

export const PlanForm = (props: FormProps) => {
  const { choice, clusterId, fleet, kind, onChange, onCluster } = props;
  const t = useTranslations("plans.form");
  const realServers = fleet.realServers.filter((each) => each.clusterId === clusterId);
  const choose = (realServerId: string): void => {
    const address = realServers.find((each) => each.id === realServerId)?.address ?? "";
    onChange({ ...choice, realServerId, rows: fellowRows(fleet, clusterId, address) });
  };
  return (
    <div className="sec">
      <div className="form-grid">
        <SelectField
          label={t("cluster")}
          value={clusterId}
          onChange={onCluster}
          choices={fleet.clusters.map((each) => ({ value: each.id, text: each.name }))}
        />
        {kind === "failOver" ? null : (
          <SelectField
            label={t("realServer")}
            value={choice.realServerId}
            onChange={choose}
            choices={[
              { value: "", text: t("choose") },
              ...realServers.map((each) => ({ value: each.id, text: `${each.address} ${each.name}` })),
            ]}
          />
        )}
        {kind === "removeRealServer" ? (
          <Field
            label={t("drainMost")}
            type="number"
            inputMode="numeric"
            value={choice.drainMost}
            onChange={(drainMost) => onChange({ ...choice, drainMost })}
          />
        ) : null}
      </div>
      {kind === "failOver" || realServers.length > 0 ? null : (
        <p className="c-warn">
          {t("noRealServers")} <Link href="/real-servers">{t("toRealServers")}</Link>
        </p>
      )}
      {kind === "addRealServer" && choice.rows !== undefined ? (
        <RowFields rows={choice.rows} onChange={(rows) => onChange({ ...choice, rows })} />
      ) : null}
      {kind === "failOver" ? null : <Method choice={choice} onChange={onChange} />}
    </div>
  );
};

const Method = ({ choice, onChange }: Pick<FormProps, "choice" | "onChange">) => {
  const t = useTranslations("plans.form");
  return (
    <>
      <div className="actions">
        <span className="q">{t("method")}</span>
        <Segment
          label={t("method")}
          isWords
          value={choice.method}
          choices={[
            { value: "stopStart", text: t("stopStart") },
            { value: "reload", text: t("reload") },
          ]}
          onChange={(method) => onChange({ ...choice, method })}
        />
      </div>
      <p className="q sm">{t(`${choice.method}Risk`)}</p>
    </>
  );
};

/** Every virtual service that a director's file of the cluster has, with port and weight of its first real server. */
const fellowRows = (fleet: Fleet, clusterId: string, address: string): RowChoice[] => {
  const rows = new Map<string, RowChoice>();
  for (const director of fleet.directors.filter((each) => each.clusterId === clusterId)) {
    const file = director.state === undefined ? undefined : knownValue(director.state.config);
    for (const service of file?.configured.services ?? []) {
      const key = serviceKey(service.id);
      if (rows.has(key)) continue;
      const [fellow] = service.realServers;
      const port = fellow?.port ?? (service.id.kind === "address" ? service.id.port : 0);
      rows.set(key, {
        service: service.id,
        isChosen: rows.size === 0,
        address,
        port: String(port),
        weight: String(fellow?.weight ?? 1),
      });
    }
  }
  return [...rows.values()];
};

const RowFields = (props: { rows: readonly RowChoice[]; onChange: (rows: RowChoice[]) => void }) => {
  const t = useTranslations("plans.form");
  const change = (index: number, part: Partial<RowChoice>): void =>
    props.onChange(props.rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <fieldset className="rows">
      <legend>{t("rows")}</legend>
      {props.rows.map((row, index) => (
        <div className="rowline" key={serviceKey(row.service)}>
          <label className="check">
            <input
              type="checkbox"
              checked={row.isChosen}
              onChange={(event) => change(index, { isChosen: event.target.checked })}
            />
            <span className="m">{serviceKey(row.service)}</span>
          </label>
          <Field
            label={t("port", { service: serviceKey(row.service) })}
            type="number"
            value={row.port}
            onChange={(port) => change(index, { port })}
            isMono
          />
          <Field
            label={t("weight", { service: serviceKey(row.service) })}
            type="number"
            value={row.weight}
            onChange={(weight) => change(index, { weight })}
            isMono
          />
        </div>
      ))}
    </fieldset>
  );
};
