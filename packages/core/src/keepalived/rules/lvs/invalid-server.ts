import { isNumericAddress, readInteger } from "../../words.ts";
import type { Entry } from "../../reading.ts";
import { inService } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const portRange = { min: 1, max: 65535 };

/** What is wrong with ADDRESS [PORT]. A port of zeros counts as none. */
const endpointFault = (address: string, port: string | undefined): string | undefined => {
  if (!isNumericAddress(address)) return `${address} is not an address`;
  if (port === undefined || readInteger(port, portRange).fault === undefined) return undefined;
  return /^0*$/u.test(port) ? undefined : `${port} is not a port`;
};

const faultOf = ({ keyword, words }: Entry): string | undefined => {
  const [, first, second] = words;
  if (first === undefined) return undefined;
  if (keyword.name === "virtual_server" && first === "group") {
    return second === undefined ? "virtual_server group needs a name" : undefined;
  }
  if (keyword.name === "virtual_server" && first === "fwmark") {
    const isGood =
      second !== undefined && readInteger(second, { min: 0, max: 4294967295 }).fault === undefined;
    return isGood ? undefined : `${second ?? "nothing"} is no firewall mark`;
  }
  return endpointFault(first, second);
};

/** Taken for a service by address by keepalived, which then reads one that was never written. */
const isMarkZero = ({ keyword, words }: Entry): boolean =>
  keyword.name === "virtual_server" && words[1] === "fwmark" && /^0+$/u.test(words[2] ?? "");

export const invalidServer: Rule = {
  code: "invalid-server",
  severity: "error",
  title: "a virtual, real or sorry server without a numeric address and port",
  reason: "keepalived passes over the whole block. Names of hosts and services are not looked up.",
  mend: "Write ADDRESS PORT in numbers.",
  bad: inService().replace("192.0.2.21 80", "web1.example.net 80"),
  good: inService(),
  ofEntry: {
    concerns: named("virtual_server", "real_server", "sorry_server"),
    check: (entry, report) => {
      const fault = faultOf(entry);
      if (isMarkZero(entry))
        report(entry.spot, "0 is no firewall mark: keepalived reads a service without an address from it");
      else if (fault !== undefined)
        report(entry.spot, `${fault}: keepalived passes over this ${entry.keyword.name}`);
    },
  },
};
