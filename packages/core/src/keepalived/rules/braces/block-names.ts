import type { BlockName } from "../../keywords/keyword.ts";

/** "at the top level", "inside vrrp_instance": to be read after "is not a keyword". */
export const nameOfBlock = (block: BlockName): string =>
  block === "root" ? "at the top level" : `inside ${block}`;
