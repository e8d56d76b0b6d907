"use client";
import type { Cluster } from "@lvs/core/fleet/model";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

const empty = { name: "", address: "", sshPort: "22", sshUser: "root", serviceName: "nginx" };

/** Puts a machine on the list; its host key is read and accepted afterwards, by a person. */
export const AddForm = ({ clusters }: { clusters: readonly Cluster[] }) => {
  const t = useTranslations("realServers.form");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const roleRefusal = useRefusal("admin");
  const [clusterId, setClusterId] = useState(clusters[0]?.id ?? "");
  const { values, field, clear } = useEntries(empty);
  const add = useMutation(trpc.realServers.add.mutationOptions({ onSuccess: clear }));
  return (
    <Section title={t("title")}>
      <EntryForm
        submit={t("submit")}
        onSubmit={() => add.mutate({ ...values, clusterId, sshPort: Number(values.sshPort) })}
        isBusy={add.isPending}
        refusal={roleRefusal ?? (clusters.length === 0 ? t("noCluster") : undefined)}
        failure={problemText(add.error)}
      >
        <SelectField
          label={t("cluster")}
          value={clusterId}
          onChange={setClusterId}
          choices={clusters.map((each) => ({ value: each.id, text: each.name }))}
        />
        <Field label={t("name")} {...field("name")} isRequired />
        <Field label={t("address")} {...field("address")} isMono isRequired />
        <Field label={t("sshPort")} type="number" {...field("sshPort")} isMono />
        <Field label={t("sshUser")} {...field("sshUser")} isMono isRequired />
        <Field label={t("serviceName")} {...field("serviceName")} isMono isRequired hint={t("serviceHint")} />
      </EntryForm>
    </Section>
  );
};
