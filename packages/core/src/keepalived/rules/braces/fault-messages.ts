import { keywordsIn } from "../../keywords.ts";
import type { ReadingFault } from "../../reading.ts";
import type { Replacement, Rule } from "../rule.ts";
import { listWithoutBrace } from "./list-without-brace.ts";
import { missingOpenBrace } from "./missing-open-brace.ts";
import { nameOfBlock } from "./block-names.ts";
import { nearestName } from "./nearest-name.ts";
import { oldNames } from "./old-names.ts";
import { unexpectedCloseBrace } from "./unexpected-close-brace.ts";
import { unexpectedOpenBrace } from "./unexpected-open-brace.ts";
import { unknownKeyword } from "./unknown-keyword.ts";

interface FaultFinding {
  readonly rule: Rule;
  readonly message: string;
  readonly replacement: Replacement | undefined;
  /** Left out: the rule's. */
  readonly severity?: "warning";
}

/** What the reader stumbled over, as a finding of the rule it belongs to. */
export const faultMessages = (fault: ReadingFault): FaultFinding => {
  switch (fault.code) {
    case "unknown-keyword":
      return unknownWord(fault);
    case "missing-open-brace":
      return {
        rule: missingOpenBrace,
        message: `${fault.word} wants a { before this`,
        replacement: undefined,
      };
    case "unexpected-open-brace":
      return {
        rule: unexpectedOpenBrace,
        message: "this { opens nothing: the keyword before it takes no block, or is not known here",
        replacement: undefined,
      };
    case "unexpected-close-brace":
      return {
        rule: unexpectedCloseBrace,
        message: "this } closes nothing that keepalived had opened",
        replacement: undefined,
      };
    case "list-without-brace":
      return {
        rule: listWithoutBrace,
        message: `${fault.word} wants a { before this`,
        replacement: undefined,
      };
  }
};

const unknownWord = (fault: ReadingFault): FaultFinding => {
  const where = nameOfBlock(fault.block);
  const old = oldNames.get(fault.word);
  if (old !== undefined) {
    const present = /^write (\w+)$/u.exec(old)?.[1] ?? "";
    const message = `${fault.word} is not a keyword ${where}: ${old}`;
    const isKnown = keywordsIn(fault.block).has(present);
    return {
      rule: unknownKeyword,
      message,
      replacement: isKnown ? replaceFirstWord(fault, present) : undefined,
    };
  }
  const nearest = nearestName(fault.word, keywordsIn(fault.block).keys());
  const hint = nearest === undefined ? elsewhere(fault) : `, ${nearest} is`;
  return {
    rule: unknownKeyword,
    message: `${shown(fault.word)} is not a keyword ${where}${hint}`,
    replacement: nearest === undefined ? undefined : replaceFirstWord(fault, nearest),
    ...(namesNamespace.has(fault.word) ? { severity: "warning" } : {}),
  };
};

/** Misplaced they set nothing, and whether that matters is the machine's: keepalived may have been started in that namespace. */
const namesNamespace = new Set(["net_namespace", "net_namespace_ipvs"]);

const shown = (word: string): string => (word.length > 60 ? `${word.slice(0, 57)}…` : word);

const replaceFirstWord = (fault: ReadingFault, name: string): Replacement => ({
  spot: { ...fault.spot, end: fault.spot.start + fault.word.length },
  text: name,
  title: `write ${name}`,
});

const blocksToLookIn = ["root", "global_defs", "vrrp_instance", "virtual_server", "real_server"] as const;

/** A keyword in the wrong place is a common slip of braces. */
const elsewhere = (fault: ReadingFault): string => {
  const home = blocksToLookIn.find((block) => block !== fault.block && keywordsIn(block).has(fault.word));
  return home === undefined ? "" : `; it belongs ${nameOfBlock(home)}`;
};
