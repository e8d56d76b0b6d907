"use client";
import type { Daemon } from "@lvs/core/director/state";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { Note } from "@/ui/note.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

/** keepalived's last lines with their own stamps. Follows the end as long as the reader has not scrolled away from it. */
export const LogPanel = (props: {
  director: FleetDirector;
  lines: readonly string[];
  /** Undefined: the agent does not say. */
  origin: Daemon["log"];
  /** The director is not heard any more. */
  isOld: boolean;
}) => {
  const { director, isOld, lines, origin } = props;
  const t = useTranslations("log");
  const box = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element !== null && isFollowing.current) element.scrollTop = element.scrollHeight;
  }, [lines]);
  const scrolled = (): void => {
    const element = box.current;
    if (element === null) return;
    isFollowing.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
  };
  const named = { director: director.name };
  const isFollowed = !isOld && origin?.problem === undefined;
  const aside =
    origin === undefined
      ? t(isFollowed ? "source" : "sourceOld", named)
      : t(isFollowed ? "sourceAt" : "sourceAtOld", { ...named, place: origin.source });
  return (
    <Section title={t("title")} aside={aside}>
      {origin?.problem === undefined ? null : (
        <Note tone="warn" glyph="warn">
          {t("unreadable", { ...named, reason: origin.problem })}
        </Note>
      )}
      {lines.length === 0 ? (
        origin?.problem === undefined && <p className="q">{t("empty")}</p>
      ) : (
        <div
          className="log tail"
          ref={box}
          onScroll={scrolled}
          tabIndex={0}
          role="log"
          aria-label={t("title")}
          aria-live="off"
        >
          {numbered(lines).map(({ key, text }) => (
            <LogLine key={key} text={text} />
          ))}
        </div>
      )}
    </Section>
  );
};

/** Equal lines are told apart by how often they came before. */
const numbered = (lines: readonly string[]): { key: string; text: string }[] => {
  const seen = new Map<string, number>();
  return lines.map((text) => {
    const count = seen.get(text) ?? 0;
    seen.set(text, count + 1);
    return { key: `${text} ${count}`, text };
  });
};

/** "Sat Nov 21 06:15:18 2026: text" (keepalived -D without syslog) or "Nov 21 02:05:58 text" (syslog). */
const stamp = /^((?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d(?: \d{4}:)?) ?/u;
const loud = /removing service|fault state|failed|error|timeout|lost quorum/iu;

const LogLine = ({ text }: { text: string }) => {
  const head = stamp.exec(text)?.[1] ?? "";
  return (
    <div className={loud.test(text) ? "hl" : undefined}>
      {head === "" ? null : <i>{head}</i>}
      {text.slice(head.length)}
    </div>
  );
};
