"use client";
import { isLongEnough, NewPasswordField } from "@/client/new-password.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import type { Role } from "@/client/user.tsx";
import { EntryForm, useEntries } from "@/ui/entry-form.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { isRole, roles } from "./roles.ts";

export const NewUserForm = () => {
  const t = useTranslations("users.form");
  const roleNames = useTranslations("roles");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const client = useQueryClient();
  const { values, field, clear } = useEntries({ name: "", email: "", password: "" });
  const [role, setRole] = useState<Role>("viewer");
  const create = useMutation(
    trpc.users.create.mutationOptions({
      onSuccess: async () => {
        clear();
        setRole("viewer");
        await client.invalidateQueries(trpc.users.list.queryFilter());
      },
    }),
  );
  const submit = (): void => {
    if (isLongEnough(values.password)) create.mutate({ ...values, role });
  };
  return (
    <Section title={t("title")}>
      <EntryForm
        submit={t("submit")}
        onSubmit={submit}
        isBusy={create.isPending}
        failure={problemText(create.error)}
      >
        <Field label={t("name")} {...field("name")} isRequired autoComplete="off" />
        <Field label={t("email")} type="email" {...field("email")} isRequired autoComplete="off" />
        <SelectField
          label={t("role")}
          value={role}
          onChange={(chosen) => {
            if (isRole(chosen)) setRole(chosen);
          }}
          choices={roles.map((value) => ({
            value,
            text: t("roleChoice", { role: roleNames(value), may: t(`may.${value}`) }),
          }))}
        />
        <NewPasswordField label={t("password")} {...field("password")} />
      </EntryForm>
    </Section>
  );
};
