import type { ConfigTree, Definition, Node } from "../cst.ts";
import type { Definitions } from "../definitions.ts";
import { substitute } from "../definitions.ts";
import { contentOf } from "../line-text.ts";

/** What a word of the file stands for where definitions are used; a word without `$` is itself. */
export type ResolveWord = (word: string) => string;

/**
 * Definitions of one line that mean one thing throughout the file: those given twice with different values, or for other
 * directors only, are left unresolved, so that an edit never rests on a guess.
 */
export const resolverFor = (tree: ConfigTree, configId: string | undefined): ResolveWord => {
  if (!tree.text.includes("$")) return (word) => word;
  const values = new Map<string, { lines: readonly string[] }>();
  const doubtful = new Set<string>();
  for (const { definition, text } of definitionsOf(tree)) {
    const { name, condition } = definition;
    if (condition !== undefined && configId === undefined) doubtful.add(name);
    if (condition !== undefined && (condition.id === configId) === condition.isNegated) continue;
    const value = contentOf(text.slice(text.indexOf("=") + 1));
    const known = values.get(name)?.lines[0];
    if (text.includes("\n") || (known !== undefined && known !== value)) doubtful.add(name);
    values.set(name, { lines: [value] });
  }
  for (const name of doubtful) values.delete(name);
  const definitions: Definitions = { values, builtIn: () => undefined };
  return (word) => (word.includes("$") ? substitute(word, definitions).text : word);
};

function* definitionsOf(tree: ConfigTree): IterableIterator<{ definition: Definition; text: string }> {
  for (const { start, body } of tree.sections) {
    for (const definition of definitionsIn(body.nodes)) {
      yield { definition, text: tree.text.slice(start + definition.start, start + definition.end) };
    }
  }
}

function* definitionsIn(nodes: readonly Node[]): IterableIterator<Definition> {
  for (const node of nodes) {
    if (node.kind === "definition") yield node;
    if (node.kind === "statement" && node.block !== undefined) {
      yield* definitionsIn(node.block.leading);
      yield* definitionsIn(node.block.nodes);
    }
  }
}
