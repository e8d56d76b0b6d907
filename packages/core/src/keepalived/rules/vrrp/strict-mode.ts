import { readInteger } from "../../words.ts";
import { inGlobals, inInstance } from "../examples.ts";
import { lastOf } from "../rule.ts";
import type { Rule } from "../rule.ts";
import { instancesOf, settle, vrrpGlobalsOf } from "./instance.ts";
import type { Instance, Settled } from "./instance.ts";

export const strictMode: Rule = {
  code: "strict-mode",
  severity: "warning",
  title: "a setting that strict mode forbids",
  reason:
    "vrrp_strict holds to the RFC. keepalived resets what goes beyond it, starts with another state, or refuses the configuration. It also drops packets to the addresses unless the priority is 255: a director with vrrp_strict does not answer on its VIP.",
  mend: "Remove vrrp_strict; nearly nobody wants it on a director.",
  bad: inGlobals("vrrp_strict") + inInstance("state MASTER", "priority 150"),
  good: inInstance("state MASTER", "priority 150"),
  ofFile: (file) => {
    const globals = vrrpGlobalsOf(file);
    for (const instance of instancesOf(file)) {
      const settled = settle(instance, globals);
      if (!settled.isStrict) continue;
      for (const { keyword, message } of breachesOf(instance, settled)) {
        const line = lastOf(instance.top.entry, keyword) ?? instance.top.entry;
        file.report(instance.top.absolute(line.spot), `${instance.name}: ${message}`);
      }
    }
  },
};

interface Breach {
  readonly keyword: string;
  readonly message: string;
}

function* breachesOf(instance: Instance, settled: Settled): IterableIterator<Breach> {
  const { state, top, family, peers, version, vips } = instance;
  if (state !== undefined && (state === "MASTER") !== (settled.priority === 255)) {
    yield {
      keyword: "state",
      message: "in strict mode state MASTER and priority 255 go together: keepalived changes the state",
    };
  }
  if (peers.length > 0) yield { keyword: "unicast_peer", message: "strict mode has no unicast" };
  if (family === "inet6" && version === 2)
    yield { keyword: "version", message: "strict mode has no IPv6 in version 2" };
  const [first] = vips;
  if (family === "inet6" && first !== undefined && !/^fe[89ab]/u.test(first.address)) {
    yield {
      keyword: "virtual_ipaddress",
      message: "in strict mode the first IPv6 address must be link-local",
    };
  }
  for (const { keyword, isBreach, message } of forbidden) {
    const line = lastOf(top.entry, keyword);
    if (line !== undefined && isBreach(line.words[1], settled)) yield { keyword, message };
  }
}

const isSet = (word: string | undefined): boolean => word === undefined || /^(?:on|true|yes)$/u.test(word);
const isNotZero = (word: string | undefined): boolean =>
  readInteger(word ?? "", { min: 1, max: 4294967295 }).fault === undefined;

const forbidden: readonly (Breach & {
  readonly isBreach: (word: string | undefined, settled: Settled) => boolean;
})[] = [
  {
    keyword: "accept",
    message: "strict mode has no accept in version 2",
    isBreach: (_, { version, priority }) => version === 2 && priority !== 255,
  },
  {
    keyword: "garp_lower_prio_repeat",
    message: "strict mode has no garp_lower_prio_repeat",
    isBreach: isNotZero,
  },
  {
    keyword: "garp_lower_prio_delay",
    message: "strict mode has no garp_lower_prio_delay",
    isBreach: isNotZero,
  },
  {
    keyword: "lower_prio_no_advert",
    message: "strict mode wants lower_prio_no_advert on",
    isBreach: (word) => !isSet(word),
  },
  {
    keyword: "higher_prio_send_advert",
    message: "strict mode wants higher_prio_send_advert off",
    isBreach: isSet,
  },
  {
    keyword: "down_timer_adverts",
    message: "strict mode wants down_timer_adverts 3",
    isBreach: (word) => word !== "3",
  },
  { keyword: "vmac_xmit_base", message: "strict mode has no vmac_xmit_base", isBreach: () => true },
];
