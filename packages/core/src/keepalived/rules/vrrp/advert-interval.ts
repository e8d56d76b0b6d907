import { inInstance } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./instance.ts";

/** Microseconds in whole numbers, so that 0.3 % 0.01 is 0. */
const microseconds = (seconds: number): number => Math.round(seconds * 1_000_000);

export const advertInterval: Rule = {
  code: "advert-interval",
  severity: "warning",
  title: "an advert interval that the VRRP version cannot carry",
  reason:
    "Version 2 counts in seconds up to 255, version 3 in hundredths up to 40.95. keepalived rounds; directors that round differently do not hear each other.",
  mend: "Write whole seconds for version 2, or use version 3.",
  bad: inInstance("advert_int 0.3"),
  good: inInstance("version 3", "advert_int 0.3"),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    for (const instance of instancesOf(file)) {
      const { advertSeconds, name, top } = instance;
      if (advertSeconds === undefined) continue;
      const { version } = settle(instance, globals);
      const unit = version === 2 ? 1_000_000 : 10_000;
      const isTooLong = version === 3 && advertSeconds >= 40.96;
      if (!isTooLong && microseconds(advertSeconds) % unit === 0) continue;
      const takes = version === 2 ? "whole seconds" : "hundredths of a second up to 40.95";
      const line = lastOf(top.entry, "advert_int") ?? top.entry;
      file.report(
        top.absolute(line.spot),
        `${name}: VRRP version ${version} takes ${takes}, not ${advertSeconds}`,
      );
    }
  },
};
