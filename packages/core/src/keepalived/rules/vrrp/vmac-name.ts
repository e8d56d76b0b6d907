import { inInstance } from "../examples.ts";
import { byteLength, maxInterfaceName } from "../good-word.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const macFault = (word: string): string | undefined => {
  const parts = word.replace(/:$/u, "").split(":");
  const isHex = parts.every((part) => /^[0-9a-f]{1,2}$/iu.test(part));
  if (!isHex || (parts.length !== 5 && parts.length !== 6)) return `${word} is no MAC address`;
  return Number.parseInt(parts[0] ?? "", 16) % 2 === 1 ? `${word} is a multicast address` : undefined;
};

const nameFault = (word: string): string | undefined => {
  if (word === "" || byteLength(word) > maxInterfaceName || /[/\s]/u.test(word))
    return `"${word}" is no name of an interface`;
  return undefined;
};

export const vmacName: Rule = {
  code: "vmac-name",
  severity: "error",
  title: "a VMAC or ipvlan with a name, MAC or mode keepalived does not take",
  reason: "keepalived passes over the word and makes up a name or MAC itself.",
  mend: "Write use_vmac [NAME] [MAC], or use_ipvlan [NAME] [ADDRESS] [bridge|private|vepa].",
  bad: inInstance("use_vmac vrrp.51 vrrp.52"),
  good: inInstance("use_vmac vrrp.51"),
  ofEntry: {
    concerns: named("use_vmac", "use_ipvlan"),
    check: ({ keyword, words, spot }, report) => {
      let name: string | undefined;
      let mac: string | undefined;
      let mode: string | undefined;
      for (const word of words.slice(1, keyword.name === "use_vmac" ? 3 : undefined)) {
        if (keyword.name === "use_ipvlan" && ["bridge", "private", "vepa"].includes(word)) {
          if (mode !== undefined) report(spot, `the mode is ${mode} already: ${word} is not read`);
          mode ??= word;
        } else if (keyword.name === "use_vmac" && word.includes(":")) {
          const fault = mac === undefined ? macFault(word) : `the MAC is ${mac} already: ${word} is not read`;
          if (fault === undefined) mac = word;
          else report(spot, fault);
        } else if (
          /^[0-9a-f.:]+(?:\/[0-9]+)?$/iu.test(word) &&
          /[.:]/u.test(word) &&
          keyword.name === "use_ipvlan"
        ) {
          continue;
        } else {
          const fault =
            name === undefined ? nameFault(word) : `the name is ${name} already: ${word} is not read`;
          if (fault === undefined) name = word;
          else report(spot, fault);
        }
      }
    },
  },
  ofFile: (file) => {
    const names = new Map<string, string>();
    for (const { entry, absolute } of file.of("vrrp_instance")) {
      for (const { keyword, words, spot } of entry.inside?.entries ?? []) {
        const [, name] = words;
        if (keyword.name !== "use_vmac" || name === undefined || name.includes(":")) continue;
        const other = names.get(name);
        if (other !== undefined)
          file.report(absolute(spot), `${other} uses the interface name ${name} already`);
        else names.set(name, entry.words[1] ?? "");
      }
    }
  },
};
