"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { DirectorState } from "@lvs/core/director/state";
import { differenceKey, type DriftItem } from "@lvs/core/drift/drift";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { useNow } from "@/client/live.tsx";
import { CopyButton } from "@/ui/copy-button.tsx";
import { Nib } from "@/ui/nib.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { useDriftWords } from "./drift-words.ts";

/** Every difference between the table and the loaded file, with the commands that take it away. Nothing where there is none. */
export const DriftPanel = ({ director, state }: { director: FleetDirector; state: DirectorState }) => {
  const t = useTranslations("drift");
  const drift = knownValue(state.drift);
  if (drift === undefined || drift.items.length === 0) return null;
  const commands = [...new Set(drift.items.filter(isNotOurs).flatMap(({ undo }) => undo))];
  return (
    <Section title={t("title")} aside={t("count", { count: drift.count })} label={t("title")}>
      <ul className="drift">
        {drift.items.map((item) => (
          <Item key={differenceKey(item)} item={item} offsetMs={director.clockOffsetMs ?? 0} />
        ))}
      </ul>
      {commands.length === 0 ? null : (
        <>
          <Nib
            parts={[
              { title: t("now"), body: t("nowBody") },
              { title: t("if"), body: t("ifBody") },
              { title: t("back"), body: t("backBody") },
            ]}
          />
          <div className="actions">
            <CopyButton
              text={() => `${commands.join("\n")}\n`}
              label={t("copy", { count: commands.length })}
              done={t("copied")}
              failed={t("notCopied")}
            />
          </div>
        </>
      )}
    </Section>
  );
};

const isNotOurs = ({ by }: DriftItem): boolean => by !== "console";

const Item = ({ item, offsetMs }: { item: DriftItem; offsetMs: number }) => {
  const words = useDriftWords();
  const nowMs = useNow(1_000);
  return (
    <li>
      <span className="m">{words.subject(item)}</span>
      <b>{words.what(item)}</b>
      <span className="q">{words.whoAndWhen(item, { offsetMs, nowMs })}</span>
      {isNotOurs(item)
        ? item.undo.map((command) => (
            <code className="cmd" key={command}>
              {command}
            </code>
          ))
        : null}
    </li>
  );
};
