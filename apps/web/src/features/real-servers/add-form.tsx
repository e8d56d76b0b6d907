"use client";
import type { Cluster } from "@lvs/core/fleet/model";
import { useProblem } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";

const empty = { name: "", address: "", sshPort: "22", sshUser: "root", serviceName: "nginx" };

/** Puts a machine on the list; its host key is read and accepted afterwards, by a person. */
export const AddForm = ({ clusters }: { clusters: readonly Cluster[] }) => {
  const t = useTranslations("realServers.form");
  const trpc = useTRPC();
  const problemOf = useProblem();
  const roleRefusal = useRefusal("admin");
  const [clusterId, setClusterId] = useState(clusters[0]?.id ?? "");
  const [fields, setFields] = useState(empty);
  const add = useMutation(trpc.realServers.add.mutationOptions({ onSuccess: () => setFields(empty) }));
  const change = (part: Partial<typeof empty>): void => setFields({ ...fields, ...part });
  const refusal = roleRefusal ?? (clusters.length === 0 ? t("noCluster") : undefined);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (refusal === undefined) add.mutate({ ...fields, clusterId, sshPort: Number(fields.sshPort) });
  };
  return (
    <Section title={t("title")}>
      <form className="stack" method="post" onSubmit={submit}>
        <SelectField
          label={t("cluster")}
          value={clusterId}
          onChange={setClusterId}
          choices={clusters.map((each) => ({ value: each.id, text: each.name }))}
        />
        <Field label={t("name")} value={fields.name} onChange={(name) => change({ name })} isRequired />
        <Field
          label={t("address")}
          value={fields.address}
          onChange={(address) => change({ address })}
          isMono
          isRequired
        />
        <Field
          label={t("sshPort")}
          type="number"
          value={fields.sshPort}
          onChange={(sshPort) => change({ sshPort })}
          isMono
        />
        <Field
          label={t("sshUser")}
          value={fields.sshUser}
          onChange={(sshUser) => change({ sshUser })}
          isMono
          isRequired
        />
        <Field
          label={t("serviceName")}
          value={fields.serviceName}
          onChange={(serviceName) => change({ serviceName })}
          isMono
          isRequired
          hint={t("serviceHint")}
        />
        <div className="actions">
          <Button kind="primary" type="submit" refusal={refusal} isBusy={add.isPending}>
            {t("submit")}
          </Button>
        </div>
        {add.isError ? (
          <p className="c-down sm" role="alert">
            {problemOf(add.error).detail}
          </p>
        ) : null}
      </form>
    </Section>
  );
};
