"use client";
import { factsOfFleet } from "@lvs/core/fleet/facts-of-fleet";
import type { Proof, Step } from "@lvs/core/workflow/plan";
import { evaluateProof, type Evidence } from "@lvs/core/workflow/prove";
import type { Run, RunStep } from "@lvs/core/workflow/run";
import { printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { Glyph, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { useProofWords } from "./words.tsx";

/** What must be true before the next step: came, awaited with its live value, to come. Read from the cluster as this tab hears it. */
export const ProofList = ({ run, index, step }: { run: Run; index: number; step: Step }) => {
  const t = useTranslations("proofs");
  const words = useProofWords();
  const fleet = useFleet();
  const nowMs = useNow();
  const state = run.steps[index];
  const isUndoing = state?.status === "undoing";
  const proofs = isUndoing ? step.undoProofs : step.proofs;
  if (state === undefined || fleet === undefined || proofs.length === 0) return null;
  const facts = factsOfFleet(fleet, run.clusterId, nowMs);
  return (
    <Section title={t(isUndoing ? "titleUndo" : "title")} aside={t("source")}>
      <ul className="proof" data-testid="proofs">
        {proofs.map((proof) => {
          const look = lookOf(state, evaluateProof(proof, facts, run.record), isRealServerProof(proof));
          return (
            <li key={JSON.stringify(proof)}>
              <Glyph name={look.glyph} tone={look.tone} />
              <span>
                <span className="vh">{t(`state.${look.word}`)} </span>
                {words(proof)}
              </span>
              <span className="nw">
                {look.live ?? (look.at === undefined ? t(`state.${look.word}`) : printTime(look.at, nowMs))}
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
};

interface Look {
  readonly glyph: GlyphName;
  readonly tone: Tone;
  readonly word: "came" | "awaited" | "toCome" | "failed" | "unknown" | "overSsh" | "undone";
  readonly live?: string;
  readonly at?: number;
}

const isRealServerProof = (proof: Proof): boolean => "realServerId" in proof;

/** A step that is over is as it ended; only the one under way is read live. */
const lookOf = (state: RunStep, evidence: Evidence, isOverSsh: boolean): Look => {
  switch (state.status) {
    case "toCome":
      return { glyph: "wait", tone: "quiet", word: "toCome" };
    case "done":
      return {
        glyph: "done",
        tone: "ok",
        word: "came",
        ...(state.endedAtMs === undefined ? {} : { at: state.endedAtMs }),
      };
    case "skipped":
      return { glyph: "off", tone: "quiet", word: "toCome" };
    case "undone":
      return { glyph: "back", tone: "quiet", word: "undone" };
    case "doing":
    case "proving":
    case "undoing":
    case "failed":
      return lookLive(evidence, { isOverSsh, hasFailed: state.status === "failed" });
  }
};

const lookLive = (evidence: Evidence, step: { isOverSsh: boolean; hasFailed: boolean }): Look => {
  const live = evidence.live === "" ? {} : { live: evidence.live };
  switch (evidence.status) {
    case "proven":
      return { glyph: "done", tone: "ok", word: "came", ...live };
    case "awaited":
      return step.hasFailed
        ? { glyph: "down", tone: "down", word: "failed", ...live }
        : { glyph: "run", tone: "plain", word: "awaited", ...live };
    case "unknown":
      return step.isOverSsh
        ? { glyph: "run", tone: "plain", word: "overSsh" }
        : { glyph: "unknown", tone: "stale", word: "unknown" };
  }
};
