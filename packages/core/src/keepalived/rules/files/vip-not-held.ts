import { inInstance, inService } from "../examples.ts";
import { readService } from "../lvs/service.ts";
import type { Rule } from "../rule.ts";
import { instancesOf } from "../vrrp/instance.ts";
import { readAddressItem } from "../address-item.ts";

export const vipNotHeld: Rule = {
  code: "vip-not-held",
  severity: "warning",
  title: "a virtual server whose address no VRRP instance holds",
  reason:
    "Nothing sets the address on the director, so no packet reaches the virtual server. Often a slip in one digit.",
  mend: "Write the address into virtual_ipaddress of an instance, or correct it.",
  bad: inInstance() + inService().replace("192.0.2.10 80", "192.0.2.110 80"),
  good: inInstance() + inService(),
  ofFile: (file) => {
    const instances = instancesOf(file);
    const held = new Set<string>();
    for (const { vips, excludedVips } of instances)
      for (const { address } of [...vips, ...excludedVips]) held.add(address);
    for (const { entry } of file.of("static_ipaddress")) {
      for (const { words } of entry.items ?? [])
        held.add(readAddressItem(words, { isStatic: true }).address ?? "");
    }
    if (instances.length === 0 || held.size === 0) return;
    let hints = 0;
    for (const { entry, absolute } of file.of("virtual_server")) {
      const service = readService(entry);
      if (service?.kind !== "address" || held.has(service.target)) continue;
      const near = hints < maxHints ? nearestAddress(service.target, held) : undefined;
      hints += 1;
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      file.report(absolute(entry.spot), `no vrrp_instance holds ${service.target}${hint}`);
    }
  },
};

/** A hint costs a look at every address: the first hundred are enough for whoever reads them. */
const maxHints = 100;

/** One that differs in one character. */
const nearestAddress = (address: string, held: ReadonlySet<string>): string | undefined => {
  for (const one of held) {
    if (Math.abs(one.length - address.length) > 1) continue;
    const [short, long] = one.length < address.length ? [one, address] : [address, one];
    let start = 0;
    while (start < short.length && short[start] === long[start]) start += 1;
    const tail = long.slice(start + 1);
    if (tail === short.slice(one.length === address.length ? start + 1 : start)) return one;
  }
  return undefined;
};
