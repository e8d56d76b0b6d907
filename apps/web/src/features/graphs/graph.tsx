"use client";
import { axisTime, printByteRate, printRate, printSum } from "@/client/format.ts";
import { LazyChart } from "@/ui/lazy-chart.tsx";
import { useTranslations } from "next-intl";
import { graphPoints, isOutMetric, type GraphKind, type MetricName, type Samples } from "./view-model.ts";

/** One graph and under it, per line, the most, the average and the last value. */
export const Graph = (props: { kind: GraphKind; samples: Samples; isBypassed: boolean }) => {
  const { isBypassed, kind, samples } = props;
  const t = useTranslations("graphs");
  const print = printerOf(kind.unit);
  const drawn = kind.metrics.filter((name) => !(isBypassed && isOutMetric(name)));
  const points = graphPoints(samples, drawn);
  return (
    <section aria-label={t(`kinds.${kind.word}`)}>
      <h2>{t(`kinds.${kind.word}`)}</h2>
      <LazyChart
        points={points}
        lines={drawn.map((name, index) => ({
          key: name,
          name: t(`metrics.${name}`),
          tone: index === 0 ? ("ink" as const) : ("ink-3" as const),
          isDashed: index > 0,
        }))}
        height={180}
        label={t("chartLabel", { name: t(`kinds.${kind.word}`) })}
        time={axisTime(points)}
        number={print}
      />
      <table className="t figures-table">
        <thead>
          <tr>
            <th>{t("line")}</th>
            <th className="r">{t("max")}</th>
            <th className="r">{t("average")}</th>
            <th className="r">{t("current")}</th>
          </tr>
        </thead>
        <tbody>
          {kind.metrics.map((name) => (
            <Figures key={name} name={name} samples={samples} print={print} isBypassed={isBypassed} />
          ))}
        </tbody>
      </table>
    </section>
  );
};

const printerOf = (unit: GraphKind["unit"]): ((value: number) => string) => {
  switch (unit) {
    case "count":
      return printSum;
    case "perSecond":
      return printRate;
    case "bytes":
      return printByteRate;
  }
};

const Figures = (props: {
  name: MetricName;
  samples: Samples;
  print: (value: number) => string;
  isBypassed: boolean;
}) => {
  const { isBypassed, name, print, samples } = props;
  const t = useTranslations("graphs");
  const metric = samples.metrics[name];
  if (isBypassed && isOutMetric(name))
    return (
      <tr>
        <td>{t(`metrics.${name}`)}</td>
        <td className="r q" colSpan={3}>
          {t("bypass")}
        </td>
      </tr>
    );
  const cell = (value: number | undefined): string => (value === undefined ? t("notKnown") : print(value));
  return (
    <tr>
      <td>{t(`metrics.${name}`)}</td>
      <td className="r">{cell(metric?.max)}</td>
      <td className="r">{cell(metric?.average)}</td>
      <td className="r">{cell(metric?.current)}</td>
    </tr>
  );
};
