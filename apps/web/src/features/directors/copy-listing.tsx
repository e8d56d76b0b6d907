"use client";
import type { DirectorState } from "@lvs/core/director/state";
import { CopyButton } from "@/ui/copy-button.tsx";
import { SelectField } from "@/ui/field.tsx";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { copiedTexts } from "./copied-texts.ts";
import type { ShownView } from "./ipvs-columns.ts";

/** The director's table in ipvsadm's own words, by the command that would print them there. */
export const CopyListing = ({ state, view }: { state: DirectorState; view: ShownView }) => {
  const t = useTranslations("director");
  const [index, setIndex] = useState(0);
  const texts = copiedTexts(state, view);
  const chosen = texts[index] ?? texts[0];
  if (chosen === undefined) return null;
  return (
    <>
      <span className="hide-s">
        <SelectField
          label={t("copyWhat")}
          isLabelHidden
          value={String(texts.indexOf(chosen))}
          onChange={(value) => setIndex(Number(value))}
          choices={texts.map(({ command }, at) => ({ value: String(at), text: command }))}
        />
      </span>
      <CopyButton text={() => chosen.print()} label={t("copy")} done={t("copied")} failed={t("notCopied")} />
    </>
  );
};
