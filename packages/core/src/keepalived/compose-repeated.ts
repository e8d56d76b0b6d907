import { sourceOf } from "./compose-fields.ts";
import type { Composition } from "./compose-fields.ts";
import type { RealServer } from "./model.ts";
import type { Checker, Script, Setting, Source } from "./model-parts.ts";
import type { Inside } from "./reading.ts";

/** What is the line's own, not its block's. */
type Head = Pick<RealServer, "address" | "port" | "source">;

interface Known {
  readonly real: RealServer;
  /** The line of its closing brace. */
  readonly source: Source;
}

/** By what their blocks repeat: the first that was composed without a complaint. */
const remembered = new WeakMap<Inside, Known>();

/**
 * A real server whose block repeats another: a copy of the first such, so many lines further on. Undefined where none is
 * known, and where lines do not simply count (a preprocessed text).
 */
export const repeatedServer = (
  head: Head,
  inside: Inside,
  composition: Composition,
): RealServer | undefined => {
  const known = inside.like === undefined ? undefined : remembered.get(inside.like);
  const end = known === undefined ? undefined : endOf(inside, composition);
  if (known === undefined || end === undefined || known.source.path !== end.path) return undefined;
  if ((known.real.port === undefined) !== (head.port === undefined)) return undefined;
  return moved(known.real, head, end.line - known.source.line);
};

/** Remembers a real server for those whose block is the same. */
export const rememberServer = (real: RealServer, inside: Inside, composition: Composition): void => {
  const source = inside.like === undefined ? undefined : endOf(inside, composition);
  if (inside.like === undefined || source === undefined) return;
  remembered.set(inside.like, { real: moved(real, real, 0), source });
};

const endOf = ({ end }: Inside, composition: Composition): Source | undefined =>
  end === undefined || composition.tree.origins !== undefined ? undefined : sourceOf(end, composition);

const moved = (real: RealServer, { address, port, source }: Head, lines: number): RealServer => {
  const copy = { ...real, address, source };
  if (port !== undefined) copy.port = port;
  copy.checkers = real.checkers.map((checker) => movedChecker(checker, lines));
  copy.settings = movedSettings(real.settings, lines);
  if (real.notifyUp !== undefined) copy.notifyUp = movedScript(real.notifyUp, lines);
  if (real.notifyDown !== undefined) copy.notifyDown = movedScript(real.notifyDown, lines);
  return copy;
};

const movedChecker = (checker: Checker, lines: number): Checker => {
  const copy = movedBlock(checker, lines);
  if (copy.type === "HTTP_GET" || copy.type === "SSL_GET")
    copy.urls = copy.urls.map((url) => movedBlock(url, lines));
  if (copy.type === "MISC_CHECK" && copy.script !== undefined) copy.script = movedScript(copy.script, lines);
  return copy;
};

const movedBlock = <T extends { settings: Setting[]; source: Source }>(block: T, lines: number): T => ({
  ...block,
  settings: movedSettings(block.settings, lines),
  source: movedSource(block.source, lines),
});

const movedScript = (script: Script, lines: number): Script => ({
  ...script,
  source: movedSource(script.source, lines),
});

const movedSettings = (settings: readonly Setting[], lines: number): Setting[] =>
  settings.length === 0
    ? []
    : settings.map((setting) => ({ ...setting, source: movedSource(setting.source, lines) }));

const movedSource = ({ path, line }: Source, lines: number): Source => ({ path, line: line + lines });
