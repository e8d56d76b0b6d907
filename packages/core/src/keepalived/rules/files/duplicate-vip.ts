import { inInstance } from "../examples.ts";
import type { Rule } from "../rule.ts";
import type { Spot } from "../../reading.ts";
import { instancesOf } from "../vrrp/instance.ts";

export const duplicateVip: Rule = {
  code: "duplicate-vip",
  severity: "warning",
  title: "one address twice",
  reason:
    "Two instances that hold one address fight for it: the one that leaves MASTER takes it away from the other.",
  mend: "Keep it in one instance.",
  bad: inInstance() + inInstance().replace("VI_1", "VI_2").replace("51", "52"),
  good:
    inInstance() +
    inInstance().replace("VI_1", "VI_2").replace("51", "52").replace("192.0.2.10", "192.0.2.11"),
  ofFile: (file) => {
    const firsts = new Map<string, { name: string; spot: Spot }>();
    for (const { name, vips, excludedVips, top } of instancesOf(file)) {
      for (const { address, item } of [...vips, ...excludedVips]) {
        const spot = top.absolute(item.spot);
        const first = firsts.get(address);
        if (first === undefined) firsts.set(address, { name, spot });
        else {
          const where = first.name === name ? "here" : `in ${first.name}`;
          file.report(spot, `${address} stands ${where} before`, {
            related: [{ spot: first.spot, message: first.name }],
          });
        }
      }
    }
  },
};
