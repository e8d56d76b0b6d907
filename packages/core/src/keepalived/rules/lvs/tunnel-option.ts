import { readInteger } from "../../words.ts";
import { inService } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const checksums: ReadonlySet<string> = new Set(["nocsum", "csum", "remcsum"]);

const faultOf = (options: readonly string[]): string | undefined => {
  let type = "ipip";
  let port: string | undefined;
  let checksum = "nocsum";
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index] ?? "";
    if (checksums.has(option)) checksum = option;
    else if (option === "type" || option === "port") {
      index += 1;
      const value = options[index];
      if (value === undefined) return `${option} needs a value`;
      if (option === "port" && readInteger(value, { min: 1, max: 65535 }).fault !== undefined)
        return `${value} is no port`;
      if (option === "type" && !["ipip", "gue", "gre"].includes(value))
        return `${value} is no type of a tunnel`;
      if (option === "port") port = value;
      else type = value;
    } else return `${option} is no option of a forwarding method`;
  }
  if ((type === "gue") !== (port !== undefined)) return "a port goes with type gue, and type gue needs one";
  if (type === "ipip" && checksum !== "nocsum") return "type ipip has no checksum";
  return type === "gre" && checksum === "remcsum" ? "type gre has no remote checksum" : undefined;
};

export const tunnelOption: Rule = {
  code: "tunnel-option",
  severity: "error",
  title: "options of a tunnel that do not go together",
  reason: "keepalived drops the line with all its options.",
  mend: "Write TUN [type ipip], TUN type gue port N [csum|remcsum], or TUN type gre [csum].",
  bad: inService("lb_kind TUN type gue"),
  good: inService("lb_kind TUN type gue port 6080"),
  ofEntry: {
    concerns: named("lb_kind", "lvs_method", "sorry_server_lvs_method"),
    check: ({ words, spot }, report) => {
      const fault = words.length < 3 ? undefined : faultOf(words.slice(2));
      if (fault !== undefined) report(spot, fault);
    },
  },
};
