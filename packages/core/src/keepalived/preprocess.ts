import type { ConfigTree } from "./cst.ts";
import type { Parsed } from "./diagnostic.ts";
import { mayHaveDirectiveAfterBrace } from "./line-text.ts";
import { parsePlainConfig } from "./parse.ts";
import { Preprocessor } from "./preprocessor.ts";
import type { PreprocessOptions } from "./preprocessor.ts";

/**
 * The text a director's keepalived reads: includes in place, definitions replaced, ~SEQ and ~LST written out, lines for
 * other directors left out. Each line of the tree knows its place in the file the operator wrote; lines that a definition or
 * sequence made stand where they are used, as in keepalived's own messages. A file without any of these is simply parsed.
 */
export const preprocess = (bytes: Uint8Array, options: PreprocessOptions): Parsed<ConfigTree> => {
  const plain = parsePlainConfig(bytes, { path: options.path });
  if (plain !== undefined && !mayHaveDirectiveAfterBrace(plain.value.text)) return plain;
  const run = new Preprocessor(options);
  run.readFile({ path: options.path, bytes, depth: 0 });
  return run.finish();
};
