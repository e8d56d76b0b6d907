import { inGlobals } from "../examples.ts";
import type { Keyword } from "../../keywords/keyword.ts";
import type { Rule } from "../rule.ts";

const reported = ({ list }: Keyword): boolean => list === "emails" || list === "instances";

export const emptyList: Rule = {
  code: "empty-list",
  severity: "warning",
  title: "a list without elements",
  reason: "It has no effect.",
  mend: "Fill the list or remove it.",
  bad: inGlobals("notification_email {", "}"),
  good: inGlobals("notification_email {", "ops@example.net", "}"),
  ofEntry: {
    concerns: reported,
    check: ({ keyword, items, spot, listEnd = spot }, report) => {
      if (items?.length === 0) report(listEnd, `${keyword.name} is empty`);
    },
  },
};
