import { printRule } from "../ipvs/save-format.ts";
import type { Rule } from "../ipvs/save-rules.ts";
import type { Difference, DifferenceKind } from "./drift.ts";

/** One setting as a value that is the same exactly when the setting is, in ipvsadm's words; an empty text: there is none. */
export interface Aspect<Entry> {
  readonly kind: DifferenceKind;
  readonly value: (entry: Entry) => string | number;
}

/** The aspects in which the two differ; an empty text is left out. */
export const differingAspects = <Entry>(
  aspects: readonly Aspect<Entry>[],
  wanted: Entry,
  kernel: Entry,
): Pick<Difference, "kind" | "configured" | "kernel">[] => {
  const found: Pick<Difference, "kind" | "configured" | "kernel">[] = [];
  for (const { kind, value } of aspects) {
    const [asked, has] = [value(wanted), value(kernel)];
    if (asked === has) continue;
    found.push({
      kind,
      ...(asked === "" ? {} : { configured: String(asked) }),
      ...(has === "" ? {} : { kernel: String(has) }),
    });
  }
  return found;
};

/** The command line that an operator would type. */
export const printCommand = (rule: Rule): string => `ipvsadm ${printRule(rule)}`;
