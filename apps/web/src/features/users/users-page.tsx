"use client";
import { printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { QueryFailed } from "@/client/query-failed.tsx";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal, useUser, type Role } from "@/client/user.tsx";
import { Button } from "@/ui/button.tsx";
import { SelectField } from "@/ui/field.tsx";
import { Loading } from "@/ui/list-state.tsx";
import { Note } from "@/ui/note.tsx";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { NewUserForm } from "./new-user-form.tsx";
import { isRole, roles } from "./roles.ts";

export const UsersPage = () => {
  const t = useTranslations("users");
  const refusal = useRefusal("admin");
  if (refusal !== undefined)
    return (
      <main id="main">
        <div className="pane">
          <div className="head">
            <h1>{t("title")}</h1>
          </div>
          <Note tone="warn" glyph="lock">
            {refusal}
          </Note>
        </div>
      </main>
    );
  return (
    <main id="main" className="split-r">
      <div className="pane">
        <div className="head">
          <h1>{t("title")}</h1>
          <span className="q">{t("meaning")}</span>
        </div>
        <People />
      </div>
      <aside className="side pane">
        <NewUserForm />
      </aside>
    </main>
  );
};

const People = () => {
  const t = useTranslations("users");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const query = useQuery(trpc.users.list.queryOptions());
  if (query.isError) return <QueryFailed query={query} />;
  if (query.data === undefined) return <Loading text={(seconds) => common("asking", { seconds })} />;
  return (
    <div className="wide-scroll">
      <table className="t people">
        <thead>
          <tr>
            <th>{t("columns.name")}</th>
            <th>{t("columns.email")}</th>
            <th>{t("columns.role")}</th>
            <th>{t("columns.seen")}</th>
            <th>{t("columns.remove")}</th>
          </tr>
        </thead>
        <tbody>
          {query.data.map((account) => (
            <Account key={account.id} account={account} />
          ))}
        </tbody>
      </table>
    </div>
  );
};

interface AccountData {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly lastSeenAtMs?: number | undefined;
}

const Account = ({ account }: { account: AccountData }) => {
  const t = useTranslations("users");
  const roleNames = useTranslations("roles");
  const trpc = useTRPC();
  const problemText = useProblemText();
  const nowMs = useNow(5_000);
  const me = useUser();
  const client = useQueryClient();
  const again = { onSettled: () => client.invalidateQueries(trpc.users.list.queryFilter()) };
  const setRole = useMutation(trpc.users.setRole.mutationOptions(again));
  const remove = useMutation(trpc.users.remove.mutationOptions(again));
  const [typed, setTyped] = useState("");
  const failure = setRole.error ?? remove.error;
  return (
    <>
      <tr data-row={account.id} className={failure === null ? undefined : "has-why"}>
        <td>
          <b>{account.name}</b> {account.id === me.id ? <span className="q">{t("you")}</span> : null}
        </td>
        <td className="m">{account.email}</td>
        <td>
          <SelectField
            label={t("roleOf", { name: account.name })}
            isLabelHidden
            value={account.role}
            onChange={(role) => {
              if (isRole(role)) setRole.mutate({ id: account.id, role });
            }}
            choices={roles.map((value) => ({ value, text: roleNames(value) }))}
          />
        </td>
        <td className="q">
          <span className="only-s">{t("columns.seen")} </span>
          {account.lastSeenAtMs === undefined ? t("never") : printTime(account.lastSeenAtMs, nowMs)}
        </td>
        <td>
          <span className="act">
            <input
              aria-label={t("typeEmail", { email: account.email })}
              placeholder={account.email}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <Button
              kind="danger"
              refusal={typed === account.email ? undefined : t("typeFirst")}
              isReasonElsewhere
              isBusy={remove.isPending}
              onClick={() => remove.mutate({ id: account.id, confirmEmail: typed })}
              label={t("removeOf", { name: account.name })}
            >
              {t("remove")}
            </Button>
          </span>
        </td>
      </tr>
      {failure === null ? null : (
        <tr className="why">
          <td colSpan={5} className="c-down" role="alert">
            {problemText(failure)}
          </td>
        </tr>
      )}
    </>
  );
};
