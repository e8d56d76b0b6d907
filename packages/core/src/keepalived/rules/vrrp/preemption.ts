import { inInstance } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./instance.ts";
import type { Instance, Settled } from "./instance.ts";

export const preemption: Rule = {
  code: "preemption",
  severity: "warning",
  title: "nopreempt or preempt_delay where they cannot work",
  reason:
    "An instance that starts as MASTER takes over at once. keepalived clears nopreempt and preempt_delay there: after a reboot the addresses come back without waiting.",
  mend: "Write state BACKUP on both directors; the priority still decides.",
  bad: inInstance("state MASTER", "priority 150", "nopreempt"),
  good: inInstance("state BACKUP", "priority 150", "nopreempt"),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    for (const instance of instancesOf(file)) {
      const { name, top } = instance;
      for (const { keyword, message } of conflictsOf(instance, settle(instance, globals))) {
        const line = lastOf(top.entry, keyword) ?? top.entry;
        file.report(top.absolute(line.spot), `${name}: ${message}`);
      }
    }
  },
};

function* conflictsOf(
  instance: Instance,
  { priority, state, isStrict }: Settled,
): IterableIterator<{ keyword: string; message: string }> {
  const { isNopreempt, preemptDelay } = instance;
  if (isNopreempt && priority === 255) {
    yield { keyword: "nopreempt", message: "nopreempt does not work with priority 255" };
  } else if (isNopreempt && state === "MASTER") {
    yield { keyword: "nopreempt", message: "nopreempt does not work with initial state MASTER" };
  }
  if (preemptDelay === 0) return;
  if (state === "MASTER") {
    yield { keyword: "preempt_delay", message: "preempt_delay does not work with initial state MASTER" };
  } else if (isStrict) {
    yield { keyword: "preempt_delay", message: "preempt_delay does not work in strict mode" };
  } else if (isNopreempt) {
    yield { keyword: "preempt_delay", message: "preempt_delay has no effect beside nopreempt" };
  }
}
