"use client";
import type { RunStatus, StepStatus } from "@lvs/core/workflow/run";
import { State, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";

type Look = { readonly glyph: GlyphName; readonly tone: Tone };

export const stepLook = (status: StepStatus): Look => {
  switch (status) {
    case "toCome":
      return { glyph: "wait", tone: "quiet" };
    case "doing":
    case "proving":
      return { glyph: "run", tone: "plain" };
    case "done":
      return { glyph: "done", tone: "ok" };
    case "failed":
      return { glyph: "down", tone: "down" };
    case "undoing":
    case "undone":
      return { glyph: "back", tone: "plain" };
    case "skipped":
      return { glyph: "off", tone: "quiet" };
  }
};

const runLook = (status: RunStatus): Look => {
  switch (status) {
    case "running":
      return { glyph: "run", tone: "plain" };
    case "waiting":
      return { glyph: "wait", tone: "stale" };
    case "paused":
      return { glyph: "pause", tone: "warn" };
    case "aborting":
    case "undone":
      return { glyph: "back", tone: "plain" };
    case "done":
      return { glyph: "done", tone: "ok" };
    case "failed":
      return { glyph: "down", tone: "down" };
  }
};

export const RunStatusMark = ({ status }: { status: RunStatus }) => {
  const t = useTranslations("runs.status");
  const look = runLook(status);
  return (
    <State glyph={look.glyph} tone={look.tone}>
      {t(status)}
    </State>
  );
};

export const StepStatusMark = ({ status }: { status: StepStatus }) => {
  const t = useTranslations("steps.status");
  const look = stepLook(status);
  return (
    <State glyph={look.glyph} tone={look.tone}>
      {t(status)}
    </State>
  );
};
