"use client";
import { openEnds } from "@lvs/core/workflow/open-ends";
import type { Run } from "@lvs/core/workflow/run";
import { useLists } from "@/client/lists.ts";
import { Note } from "@/ui/note.tsx";
import { useTranslations } from "next-intl";

/** Where a run stands still, or is about to: what it has begun on its directors and nobody ends meanwhile. */
export const OpenEndsNote = ({ run }: { run: Run }) => {
  const t = useTranslations("openEnds");
  const { names } = useLists();
  const isStill = run.status === "paused" || run.status === "waiting";
  if (!isStill && !(run.isPauseRequested && run.status === "running")) return null;
  const { others, stopped, unread } = openEnds(run);
  return (
    <>
      {stopped.length === 0 ? null : (
        <Note tone="warn" glyph="warn">
          {t("stopped", { stopped: names(stopped), others: names(others), count: others.length })}
        </Note>
      )}
      {unread.length === 0 ? null : (
        <Note tone="plain" glyph="pause">
          {t("unread", { unread: names(unread) })}
        </Note>
      )}
    </>
  );
};
