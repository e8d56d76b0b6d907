"use client";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { printTime } from "@/client/format.ts";
import { useNow } from "@/client/live.tsx";
import { useProblemText } from "@/client/problem.ts";
import { useTRPC } from "@/client/trpc.ts";
import { useRefusal } from "@/client/user.tsx";
import { Button, LinkButton } from "@/ui/button.tsx";
import { Confirm } from "@/ui/confirm.tsx";
import { Field } from "@/ui/field.tsx";
import { Section } from "@/ui/section.tsx";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";

/** The director's place in the console: never its traffic. Revoke keeps the record, remove takes it away too. */
export const ManagePanel = ({ director }: { director: FleetDirector }) => {
  const t = useTranslations("manage");
  const trpc = useTRPC();
  const router = useRouter();
  const problemText = useProblemText();
  const refusal = useRefusal("admin");
  const nowMs = useNow(60_000);
  const [typed, setTyped] = useState("");
  const revoke = useMutation(trpc.directors.revoke.mutationOptions());
  const remove = useMutation(trpc.directors.remove.mutationOptions({ onSuccess: () => router.push("/") }));
  const failure = revoke.error ?? remove.error;
  const isRevoked = director.connection.status === "revoked";
  if (refusal !== undefined) return null;
  return (
    <Section title={t("title")} aside={`${director.address}:${director.port}`}>
      <p className="q sm">{t("meaning")}</p>
      {director.certificateEndsAtMs === undefined ? null : (
        <p className="q sm">
          {t(director.certificateEndsAtMs > nowMs ? "certificateUntil" : "certificateEnded", {
            at: printTime(director.certificateEndsAtMs, nowMs),
          })}
        </p>
      )}
      <div className="actions">
        <LinkButton href={`/enrol?director=${director.id}`}>{t("enrolAgain")}</LinkButton>
        <Confirm
          trigger={t("revoke")}
          kind="danger"
          title={t("revokeTitle", { director: director.name })}
          body={<p>{t("revokeBody", { director: director.name })}</p>}
          keep={t("keep")}
          act={t("revokeAct", { director: director.name })}
          onAct={() => revoke.mutate({ id: director.id })}
          refusal={isRevoked ? t("revokedAlready") : undefined}
        />
      </div>
      <div className="actions">
        <Field
          label={t("typeToRemove", { director: director.name })}
          value={typed}
          onChange={setTyped}
          isMono
        />
        <Button
          kind="danger"
          refusal={typed === director.name ? undefined : t("typeFirst")}
          isReasonElsewhere
          isBusy={remove.isPending}
          onClick={() => remove.mutate({ id: director.id, confirmName: typed })}
        >
          {t("remove")}
        </Button>
      </div>
      {failure === null ? null : (
        <p className="c-down sm" role="alert">
          {problemText(failure)}
        </p>
      )}
    </Section>
  );
};
