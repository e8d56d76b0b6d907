"use client";
import type { Condition } from "@lvs/core/workflow/plan";
import { Glyph, type GlyphName, type Tone } from "@/ui/glyph.tsx";
import { useTranslations } from "next-intl";
import { useConditionWords } from "./words.tsx";

/** Met, not met, or could not be asked, which refuses as well. */
export const ConditionList = ({ conditions }: { conditions: readonly Condition[] }) => {
  const words = useConditionWords();
  const t = useTranslations("conditions");
  return (
    <ul className="proof">
      {conditions.map((condition) => {
        const look = lookOf(condition);
        const text = words(condition);
        return (
          <li key={`${condition.code} ${text}`}>
            <Glyph name={look.glyph} tone={look.tone} />
            <span>
              <span className="vh">{t(`state.${look.word}`)} </span>
              {text}
            </span>
            <span />
          </li>
        );
      })}
    </ul>
  );
};

const lookOf = (
  condition: Condition,
): { glyph: GlyphName; tone: Tone; word: "met" | "unmet" | "unknown" } => {
  if (condition.isMet === undefined) return { glyph: "unknown", tone: "stale", word: "unknown" };
  return condition.isMet
    ? { glyph: "done", tone: "ok", word: "met" }
    : { glyph: "down", tone: "down", word: "unmet" };
};
