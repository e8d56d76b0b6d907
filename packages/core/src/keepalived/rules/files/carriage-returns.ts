import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const carriageReturns: Rule = {
  code: "carriage-returns",
  severity: "warning",
  title: "line ends of Windows",
  reason:
    "keepalived reads them, but scripts saved by the same hand do not run, and diff shows every line as changed.",
  mend: "Convert the file with dos2unix, and look at the scripts it names.",
  bad: inInstance().replaceAll("\n", "\r\n"),
  good: inInstance(),
  ofFile: (file) => {
    const [first] = file.top;
    if (file.text.hasCarriageReturns && first !== undefined) {
      file.report(first.absolute(first.entry.spot), "this file has line ends of Windows (CR LF)");
    }
  },
};
