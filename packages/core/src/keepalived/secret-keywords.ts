import type { BlockName } from "./keywords/keyword.ts";

/** What stands for a secret wherever one would be shown. */
export const secretMask = "••••";

/** Keywords whose last value is a secret, by the block they stand in. */
const secretKeywords: Partial<Record<BlockName, string>> = {
  authentication: "auth_pass",
  auth_hmac: "key",
  SSL: "password",
};

export const isSecretKeyword = (block: BlockName, keyword: string): boolean =>
  secretKeywords[block] === keyword;

const secretNames = new Set(Object.values(secretKeywords));

/** The same without knowing the block, to be on the safe side of broken braces: `auth_pass` anywhere. */
export const canBeSecret = (keyword: string): boolean => secretNames.has(keyword) && keyword !== "key";
