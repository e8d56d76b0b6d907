import { applyEdits } from "./apply-edits.ts";
import type { EditOptions } from "./apply-edits.ts";
import type { Diagnostic, Parsed } from "./diagnostic.ts";
import type { ConfigEdit } from "./edit.ts";

/**
 * A configuration of several files: the one keepalived is started with, by `path`, and those it includes, whole
 * (`ConfigTree.originals` holds them all). Each edit goes to the file in which what it names stands; a new instance or virtual
 * server goes to the main one. All or nothing, as `applyEdits`. The value holds only files that changed.
 *
 * What an edit names must stand in one file with the blocks around it: a piece of a block that a file includes in the
 * middle of another is refused.
 */
export const applyEditsToFiles = (
  files: ReadonlyMap<string, Uint8Array>,
  edits: readonly ConfigEdit[],
  options: EditOptions,
): Parsed<ReadonlyMap<string, Uint8Array>> => {
  const changed = new Map<string, Uint8Array>();
  const diagnostics: Diagnostic[] = [];
  for (const edit of edits) {
    const tries = [...files].map(([path, bytes]) =>
      tryEdit(path, changed.get(path) ?? bytes, { edit, options }),
    );
    const outcome = chosen(tries, edit, options.path);
    diagnostics.push(...outcome.diagnostics);
    if (outcome.bytes === undefined) return { value: new Map(), diagnostics };
    changed.set(outcome.path, outcome.bytes);
  }
  return { value: changed, diagnostics };
};

/** What an edit comes to in one file; without bytes it is refused there. */
interface Try {
  readonly path: string;
  readonly bytes: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

const tryEdit = (
  path: string,
  bytes: Uint8Array,
  { edit, options }: { edit: ConfigEdit; options: EditOptions },
): Try => {
  const { value, diagnostics } = applyEdits(bytes, [edit], { ...options, path });
  const isRefused = diagnostics.some(({ severity }) => severity === "error");
  return { path, bytes: isRefused ? undefined : value, diagnostics };
};

const codeOf = ({ diagnostics }: Try): string =>
  diagnostics.find(({ severity }) => severity === "error")?.code ?? "";

/** Whether an edit adds to a file as such, so that any file could take it. */
const belongsToMain = (edit: ConfigEdit): boolean =>
  edit.kind === "addInstance" ||
  edit.kind === "addVirtualServer" ||
  (edit.kind === "setKeyword" && edit.block.length === 0);

const isElsewhere = (one: Try): boolean => codeOf(one).startsWith("target-not-");

const isUnbalanced = (one: Try): boolean => codeOf(one) === "braces-not-balanced";

const chosen = (tries: readonly Try[], edit: ConfigEdit, mainPath: string): Try => {
  const [main = nowhere(mainPath)] = tries.filter(({ path }) => path === mainPath);
  const taken = tries.find((one) => codeOf(one) === "already-there");
  // Behind a file with a brace too many or too few, the end of the main one is not the top level.
  if (belongsToMain(edit)) return taken ?? tries.find(isUnbalanced) ?? main;
  const twice = tries.find((one) => codeOf(one) === "target-ambiguous");
  if (twice !== undefined) return twice;
  const [first, second] = tries.filter(({ bytes }) => bytes !== undefined);
  if (first !== undefined && second !== undefined) return ambiguous(first, second);
  // A file that is a piece of a block says nothing of an edit that another one takes, or knows the target of.
  return first ?? tries.find((one) => !isElsewhere(one) && !isUnbalanced(one)) ?? main;
};

const refusal = (path: string, code: string, message: string): Try => ({
  path,
  bytes: undefined,
  diagnostics: [{ code, severity: "error", message, path, line: 0, column: 1 }],
});

const nowhere = (path: string): Try => refusal(path, "target-not-found", `${path} is not among the files`);

const ambiguous = (first: Try, second: Try): Try =>
  refusal(
    second.path,
    "target-ambiguous",
    `what is to be changed stands in ${first.path} and in ${second.path}`,
  );
