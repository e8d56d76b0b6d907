import { inInstance } from "../examples.ts";
import { maxInterfaceName } from "../good-word.ts";
import type { Rule } from "../rule.ts";

export const nameTooLong: Rule = {
  code: "name-too-long",
  severity: "error",
  title: "a name longer than the kernel or keepalived can hold",
  reason: "Names of interfaces have at most 15 bytes. keepalived drops the line, or cuts the name.",
  mend: "Write the name as it is, or a shorter one.",
  bad: inInstance("use_vmac", "vrf a-very-long-interface"),
  good: inInstance("use_vmac"),
  ofValue: (value, word, keyword) => {
    if (value.kind === "interface")
      return `${word} is longer than ${maxInterfaceName} bytes: no interface has such a name`;
    if (value.kind !== "text") return undefined;
    return `${keyword.name} takes at most ${value.maxLength ?? 0} bytes`;
  },
};
