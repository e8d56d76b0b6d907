"use client";
import type { FileLine } from "@lvs/core/fleet/compare-files";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { useTRPC } from "@/client/trpc.ts";
import { State } from "@/ui/glyph.tsx";
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { useTranslations } from "next-intl";

/** keepalived.conf of each: what must differ, what must match. Lines of services and real servers only where they differ. */
export const FilesTable = (props: {
  first: FleetDirector;
  second: FleetDirector;
  files: readonly FileLine[];
  isOnlyDifferences: boolean;
}) => {
  const t = useTranslations("pair");
  const passwords = usePasswords(props.first, props.second);
  const equal = props.files.filter((line) => isServiceLine(line) && line.isMet).length;
  const shown = props.files.filter(
    (line) => !line.isMet || (!props.isOnlyDifferences && !isServiceLine(line)),
  );
  return (
    <>
      <table className="t pair mm">
        <colgroup>
          {[300, 352, 352].map((width, index) => (
            <col key={`${String(index)} ${width}`} style={{ width }} />
          ))}
          <col />
        </colgroup>
        <thead>
          <tr>
            <th>
              <span className="vh">{t("keyword")}</span>
            </th>
            <th>{props.first.name}</th>
            <th>{props.second.name}</th>
            <th>{t("verdict")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line) => (
            <tr key={`${line.subject} ${line.keyword}`}>
              <td>
                {line.subject} {line.keyword} <span className="qq">{t(line.rule)}</span>
              </td>
              <td className={clsx("m", !line.isMet && "ne")}>{line.first ?? t("absent")}</td>
              <td className={clsx("m", !line.isMet && "ne")}>{line.second ?? t("absent")}</td>
              <td>
                <Verdict line={line} password={passwords.get(line.subject)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {equal > 0 && !props.isOnlyDifferences ? (
        <p className="sec q">{t("equalLines", { count: equal })}</p>
      ) : null}
    </>
  );
};

const isServiceLine = (line: FileLine): boolean => /^(TCP|UDP|SCTP|FWM) /u.test(line.subject);

type Comparison = "onlyFirst" | "onlySecond" | "equal" | "different";

/** Asked of both agents under a key made for the one question: no password leaves its director. */
const usePasswords = (first: FleetDirector, second: FleetDirector): ReadonlyMap<string, Comparison> => {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.config.fingerprints.queryOptions({ directorIds: [first.id, second.id] }, { staleTime: 60_000 }),
  );
  return new Map((query.data ?? []).map((each) => [each.instance, each.comparison]));
};

const Verdict = ({ line, password }: { line: FileLine; password: Comparison | undefined }) => {
  const t = useTranslations("pair");
  const isPassword = line.keyword === "authentication" && password !== undefined;
  if (isPassword && password !== "equal")
    return (
      <State glyph="warn" tone="down">
        {t("passwordsDiffer")}
      </State>
    );
  if (line.isMet)
    return (
      <State glyph="done" tone={line.rule === "mustDiffer" ? "ok" : "quiet"}>
        {isPassword ? t("samePassword") : t(line.rule === "mustDiffer" ? "differs" : "same")}
      </State>
    );
  return (
    <State glyph="warn" tone="warn">
      {t(line.rule === "mustDiffer" ? "doesNotDiffer" : "doesNotMatch")}
    </State>
  );
};
