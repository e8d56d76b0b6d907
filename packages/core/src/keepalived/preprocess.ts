import type { ConfigTree } from "./cst.ts";
import type { Parsed } from "./diagnostic.ts";
import { decodeBytewise } from "./encoding.ts";
import { parseConfig } from "./parse.ts";
import { Preprocessor } from "./preprocessor.ts";
import type { PreprocessOptions } from "./preprocessor.ts";

/**
 * The text a director's keepalived reads: includes in place, definitions replaced, ~SEQ and ~LST written out, lines for
 * other directors left out. Each line of the tree knows its place in the file the operator wrote; lines that a definition or
 * sequence made stand where they are used, as in keepalived's own messages. A file without any of these is simply parsed.
 */
export const preprocess = (bytes: Uint8Array, options: PreprocessOptions): Parsed<ConfigTree> => {
  if (!hasDirectives(bytes)) return parseConfig(bytes, { path: options.path });
  const run = new Preprocessor(options);
  run.readFile({ path: options.path, bytes, depth: 0 });
  return run.finish();
};

/** Whether anything but plain lines may be there: one look for the marks, a second only where there are some. */
const hasDirectives = (bytes: Uint8Array): boolean => {
  if (bytes.includes(0x24)) return true;
  const text = decodeBytewise(bytes);
  const canHave = bytes.includes(0x40) || bytes.includes(0x7e) || text.includes("include");
  return canHave && /^[ \t]*(?:@|~|include)/mu.test(text);
};
