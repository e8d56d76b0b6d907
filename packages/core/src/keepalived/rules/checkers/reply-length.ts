import { readInteger } from "../../words.ts";
import { inServer } from "../examples.ts";
import { endOf, lastOf, named } from "../rule.ts";
import type { Rule } from "../rule.ts";

export const replyLength: Rule = {
  code: "reply-length",
  severity: "error",
  title: "min_reply_length above max_reply_length",
  reason: "No answer can be that long: the check always fails.",
  mend: "Write max_reply_length too; it is 255 otherwise.",
  bad: inServer("UDP_CHECK {", "min_reply_length 512", "}"),
  good: inServer("UDP_CHECK {", "min_reply_length 512", "max_reply_length 1024", "}"),
  ofEntry: {
    concerns: named("UDP_CHECK"),
    check: (entry, report) => {
      const lengthOf = (name: string, byDefault: number): number => {
        const word = lastOf(entry, name)?.words[1];
        const read = readInteger(word ?? "", { min: 0, max: 65535 });
        return word === undefined || read.fault !== undefined ? byDefault : read.value;
      };
      const least = lengthOf("min_reply_length", 0);
      const most = lengthOf("max_reply_length", 255);
      if (least > most)
        report(
          endOf(entry),
          `no answer has at least ${least} and at most ${most} bytes: the check always fails`,
        );
    },
  },
};
