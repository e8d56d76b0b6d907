import { checkerKeywords } from "./keywords/checkers.ts";
import { globalKeywords } from "./keywords/global.ts";
import type { BlockName, Keyword } from "./keywords/keyword.ts";
import { includeKeywords, rootKeywords, sslKeywords, trackGroupKeywords } from "./keywords/root.ts";
import { bfdKeywords, processKeywords, scriptKeywords, trackFileKeywords } from "./keywords/trackers.ts";
import { realServerKeywords, virtualServerKeywords } from "./keywords/virtual-server.ts";
import {
  authenticationKeywords,
  garpGroupKeywords,
  hmacKeywords,
  instanceKeywords,
  syncGroupKeywords,
} from "./keywords/vrrp.ts";

/** Every keyword of keepalived.conf(5), in the order of the reference page. `include` and its variants are apart. */
export const keywords: readonly Keyword[] = [
  ...rootKeywords,
  ...globalKeywords,
  ...trackGroupKeywords,
  ...syncGroupKeywords,
  ...garpGroupKeywords,
  ...instanceKeywords,
  ...authenticationKeywords,
  ...hmacKeywords,
  ...scriptKeywords,
  ...processKeywords,
  ...trackFileKeywords,
  ...bfdKeywords,
  ...sslKeywords,
  ...virtualServerKeywords,
  ...realServerKeywords,
  ...checkerKeywords,
];

const tables = ((): ReadonlyMap<BlockName, ReadonlyMap<string, Keyword>> => {
  const byBlock = new Map<BlockName, Map<string, Keyword>>();
  for (const keyword of keywords) {
    const table = byBlock.get(keyword.block) ?? new Map<string, Keyword>();
    byBlock.set(keyword.block, table.set(keyword.name, keyword));
  }
  return byBlock;
})();

const noKeywords: ReadonlyMap<string, Keyword> = new Map();

/** The keywords that may stand in a block, by name. */
export const keywordsIn = (block: BlockName): ReadonlyMap<string, Keyword> => tables.get(block) ?? noKeywords;

/** The keyword of that name in that block. Names are case sensitive. */
export const findKeyword = (block: BlockName, name: string): Keyword | undefined =>
  tables.get(block)?.get(name);

/** `include`, `includer`, `includem`, `includew`, `includeb`, `includea`: allowed in every block. */
export const includes: readonly Keyword[] = includeKeywords;
