"use client";
import type { Plan } from "@lvs/core/workflow/plan";
import { useLists } from "@/client/lists.ts";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";

/** What changes in keepalived.conf, as the director's own agent answered. Equal changes of several directors stand once. */
export const DiffView = ({ diffs }: { diffs: Plan["diffs"] }) => {
  const t = useTranslations("plans");
  const lists = useLists();
  if (diffs.length === 0) return null;
  const groups = new Map<string, { names: string[]; lines: Plan["diffs"][number]["lines"] }>();
  for (const diff of diffs) {
    const key = JSON.stringify(diff.lines);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { names: [diff.directorName], lines: diff.lines });
    else known.names.push(diff.directorName);
  }
  return [...groups].map(([key, { lines, names }]) => (
    <Section
      key={key}
      title={t("diff")}
      aside={t("diffOn", { count: countOf(lines), names: lists.names(names) })}
    >
      {lines.length === 0 ? (
        <p className="q">{t("noDiff")}</p>
      ) : (
        <div className="diff">
          <div className="code">
            {lines.map((line) => (
              <div key={`${line.kind} ${line.line}`} className={lineClass[line.kind]}>
                <i>{line.line}</i>
                <b>{lineMark[line.kind]}</b>
                <span>{line.text}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </Section>
  ));
};

const lineClass = { same: "", added: "add", removed: "del" } as const;
const lineMark = { same: " ", added: "+", removed: "-" } as const;

const countOf = (lines: Plan["diffs"][number]["lines"]): number =>
  lines.filter((line) => line.kind !== "same").length;
