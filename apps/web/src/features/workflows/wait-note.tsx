"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { Fleet } from "@lvs/core/fleet/model";
import type { Run, WaitCause } from "@lvs/core/workflow/run";
import { causeKey } from "@lvs/core/workflow/waiting";
import { printAge, printTime } from "@/client/format.ts";
import { useLists } from "@/client/lists.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { Nib } from "@/ui/nib.tsx";
import { Note } from "@/ui/note.tsx";
import { useTranslations } from "next-intl";

/** Whom the run waits for, since when and why; what happens meanwhile; what a person can do about it. */
export const WaitNote = ({ run, waitsFor }: { run: Run; waitsFor: readonly WaitCause[] }) => {
  const fleet = useFleet();
  const nowMs = useNow(1_000);
  const isUndoing = run.undoingDownTo !== undefined;
  return (
    <WaitView
      waitsFor={waitsFor}
      isUndoing={isUndoing}
      canGoOn={run.steps[run.current]?.status === "proving" && !isUndoing}
      reverts={fleet === undefined ? [] : revertsOf(fleet, waitsFor)}
      nowMs={nowMs}
    />
  );
};

interface Revert {
  readonly director: string;
  readonly atMs: number;
}

/** Files that their agents put back by themselves if the run does not get through in time. */
const revertsOf = (fleet: Fleet, waitsFor: readonly WaitCause[]): Revert[] => {
  const ids = new Set(waitsFor.map((each) => each.machine.id));
  return fleet.directors
    .filter((director) => ids.has(director.id))
    .flatMap(({ name, state, clockOffsetMs = 0 }) => {
      const file = state === undefined ? undefined : knownValue(state.config);
      if (file?.unconfirmed === undefined) return [];
      return [{ director: name, atMs: file.unconfirmed.revertsAtMs - clockOffsetMs }];
    });
};

interface WaitViewProps {
  readonly waitsFor: readonly WaitCause[];
  readonly isUndoing: boolean;
  readonly canGoOn: boolean;
  readonly reverts: readonly Revert[];
  readonly nowMs: number;
}

export const WaitView = ({ canGoOn, isUndoing, nowMs, reverts, waitsFor }: WaitViewProps) => {
  const t = useTranslations("waits");
  const names = useLists().names(new Set(waitsFor.map((each) => each.name)));
  const codes = [...new Map(waitsFor.map((each) => [each.code, each])).values()];
  const isGone = waitsFor.some((each) => each.code === "notInCluster");
  return (
    <>
      <Note tone="stale" glyph="wait">
        <b>{t(isUndoing ? "undoTitle" : "title", { names })}</b>
      </Note>
      <Nib
        parts={[
          {
            title: t("asked"),
            body: waitsFor.map((each) => <Cause key={causeKey(each)} cause={each} nowMs={nowMs} />),
          },
          {
            title: t("then"),
            body: (
              <>
                <p>{t(isGone ? "thenGone" : isUndoing ? "thenUndo" : "thenRun", { names })}</p>
                {reverts.map(({ atMs, director }) => (
                  <p key={director}>{t("thenReverts", { director, at: printTime(atMs, nowMs) })}</p>
                ))}
              </>
            ),
          },
          {
            title: t("can"),
            body: (
              <>
                {codes.map(({ code, name }) => (
                  <p key={code}>{t(`canDo.${code}`, { name })}</p>
                ))}
                {isUndoing ? null : <p>{t(canGoOn ? "canGoOn" : "canPause")}</p>}
              </>
            ),
          },
        ]}
      />
    </>
  );
};

const parts = ["table", "config", "daemon", "vrrp", "health"] as const;

const Cause = ({ cause, nowMs }: { cause: WaitCause; nowMs: number }) => {
  const t = useTranslations("waits");
  const { code, detail, name, sinceMs } = cause;
  const known = parts.find((each) => each === cause.part);
  const words = t(`cause.${code}`, { part: known === undefined ? (cause.part ?? "") : t(`part.${known}`) });
  return (
    <p>
      <b>{t("who", { name })}</b>{" "}
      {sinceMs === undefined
        ? words
        : t("since", {
            cause: words,
            at: printTime(sinceMs, nowMs),
            age: printAge(Math.max(0, nowMs - sinceMs)),
          })}
      {detail === "" ? null : (
        <>
          <br />
          <span className="m sm">{detail}</span>
        </>
      )}
    </p>
  );
};
