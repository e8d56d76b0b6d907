import { isNumericAddress, readInteger } from "../../words.ts";
import { inInstance } from "../examples.ts";
import { named } from "../rule.ts";
import type { Rule } from "../rule.ts";

const optionFault = (words: readonly string[]): string | undefined => {
  for (let index = 1; index < words.length; index += 2) {
    const [option = "", value] = words.slice(index, index + 2);
    if (value === undefined) return `${option} wants a value`;
    if (readInteger(value, { min: 0, max: 255 }).fault !== undefined) return `${option} must be 0 to 255`;
    if (option !== "min_ttl" && option !== "max_ttl") return `${option} is no option of a peer`;
  }
  return limitOf(words, "min_ttl", 0) > limitOf(words, "max_ttl", 255)
    ? "min_ttl is above max_ttl: every advert of this peer is dropped"
    : undefined;
};

/** The last value of an option. */
const limitOf = (words: readonly string[], option: string, byDefault: number): number => {
  const at = words.lastIndexOf(option);
  return at < 1 ? byDefault : readInteger(words[at + 1] ?? "", { min: 0, max: 255 }).value;
};

export const invalidPeer: Rule = {
  code: "invalid-peer",
  severity: "error",
  title: "a unicast peer that is no address",
  reason: "keepalived passes over the peer: it gets no adverts and both directors become MASTER.",
  mend: "Write the numeric address of the other director.",
  bad: inInstance("unicast_peer {", "lvs2.example.net", "}"),
  good: inInstance("unicast_peer {", "192.0.2.2", "}"),
  ofEntry: {
    concerns: named("unicast_peer"),
    check: ({ items = [] }, report) => {
      for (const { words, spot } of items) {
        const [peer = ""] = words;
        if (!isNumericAddress(peer))
          report(spot, `${peer} is not an address: keepalived passes over this peer`);
        else {
          const fault = optionFault(words);
          if (fault !== undefined) report(spot, fault);
        }
      }
    },
  },
};
