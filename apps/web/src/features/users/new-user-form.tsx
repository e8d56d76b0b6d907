"use client";
import { useProblem } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import type { Role } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { Field, SelectField } from "@/ui/field.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";
import { isRole, roles } from "./roles.ts";

const shortestPassword = 12;
const empty: { name: string; email: string; password: string; role: Role } = {
  name: "",
  email: "",
  password: "",
  role: "viewer",
};

export const NewUserForm = () => {
  const t = useTranslations("users.form");
  const roleNames = useTranslations("roles");
  const trpc = useTRPC();
  const problemOf = useProblem();
  const client = useQueryClient();
  const [fields, setFields] = useState(empty);
  const create = useMutation(
    trpc.users.create.mutationOptions({
      onSuccess: async () => {
        setFields(empty);
        await client.invalidateQueries(trpc.users.list.queryFilter());
      },
    }),
  );
  const change = (part: Partial<typeof empty>): void => setFields({ ...fields, ...part });
  const isShort = fields.password !== "" && fields.password.length < shortestPassword;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (fields.password.length >= shortestPassword) create.mutate(fields);
  };
  return (
    <Section title={t("title")}>
      <form className="stack" method="post" onSubmit={submit}>
        <Field
          label={t("name")}
          value={fields.name}
          onChange={(name) => change({ name })}
          isRequired
          autoComplete="off"
        />
        <Field
          label={t("email")}
          type="email"
          value={fields.email}
          onChange={(email) => change({ email })}
          isRequired
          autoComplete="off"
        />
        <SelectField
          label={t("role")}
          value={fields.role}
          onChange={(role) => {
            if (isRole(role)) change({ role });
          }}
          choices={roles.map((value) => ({ value, text: `${roleNames(value)}: ${t(`may.${value}`)}` }))}
        />
        <Field
          label={t("password")}
          type="password"
          value={fields.password}
          onChange={(password) => change({ password })}
          isRequired
          autoComplete="new-password"
          hint={t("passwordHint", { count: shortestPassword })}
          error={isShort ? t("passwordShort", { count: shortestPassword }) : undefined}
        />
        <div className="actions">
          <Button kind="primary" type="submit" isBusy={create.isPending}>
            {t("submit")}
          </Button>
        </div>
        {create.isError ? (
          <p className="c-down sm" role="alert">
            {problemOf(create.error).text} {problemOf(create.error).detail}
          </p>
        ) : null}
      </form>
    </Section>
  );
};
