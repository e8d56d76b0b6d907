import type { Reading, Spot } from "../reading.ts";
import type { FileText, FileView, Report, TopEntry } from "./rule.ts";

/** The lines of the top level of a file that was read section by section, or as one. */
export const topEntriesOf = (readings: readonly Reading[]): readonly TopEntry[] =>
  readings.flatMap((reading, index) => {
    const absolute = reading.isSound ? movedBy(index) : (spot: Spot): Spot => spot;
    return reading.entries.map((entry) => ({ entry, absolute }));
  });

/** Spots of a section that was read alone count from it. */
export const movedBy =
  (sections: number) =>
  (spot: Spot): Spot =>
    sections === 0 ? spot : { ...spot, section: spot.section + sections };

const noReport: Report = () => undefined;
const noText: FileText = {
  hasCarriageReturns: false,
  hasSingleQuotes: false,
  textOf: () => "",
  gluedComments: () => [],
};

/** A file as rules see it. */
export const viewOf = (
  readings: readonly Reading[],
  report: Report = noReport,
  text: FileText = noText,
): FileView => {
  const top = topEntriesOf(readings);
  const byName = Map.groupBy(top, ({ entry }) => entry.keyword.name);
  return { top, of: (name) => byName.get(name) ?? [], report, text };
};
