import { sourceOf } from "./compose-fields.ts";
import type { Composition } from "./compose-fields.ts";
import type { RealServer } from "./model.ts";
import type { CheckedUrl, Checker, Setting, Source } from "./model-parts.ts";
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
 * A real server whose block repeats another: a copy of the first such, so many lines further on. Undefined where none is known, and
 * where lines do not simply count (a preprocessed text).
 */
export const repeatedServer = (
  head: Head,
  inside: Inside,
  composition: Composition,
): RealServer | undefined => {
  const known = inside.like === undefined ? undefined : remembered.get(inside.like);
  const end = endOf(inside, composition);
  if (known === undefined || end === undefined || known.source.path !== end.path) return undefined;
  if ((known.real.port === undefined) !== (head.port === undefined)) return undefined;
  return { ...moved(known.real, end.line - known.source.line), ...head };
};

/** Remembers a real server for those whose block is the same. */
export const rememberServer = (real: RealServer, inside: Inside, composition: Composition): void => {
  const source = endOf(inside, composition);
  if (inside.like === undefined || source === undefined) return;
  remembered.set(inside.like, { real: moved(real, 0), source });
};

const endOf = ({ end }: Inside, composition: Composition): Source | undefined =>
  end === undefined || composition.tree.origins !== undefined ? undefined : sourceOf(end, composition);

const moved = (real: RealServer, lines: number): RealServer => ({
  ...real,
  checkers: real.checkers.map((checker) => movedChecker(checker, lines)),
  ...(real.notifyUp === undefined ? {} : { notifyUp: movedSource(real.notifyUp, lines) }),
  ...(real.notifyDown === undefined ? {} : { notifyDown: movedSource(real.notifyDown, lines) }),
  settings: movedSources(real.settings, lines),
});

const movedChecker = (checker: Checker, lines: number): Checker => {
  const rest = {
    settings: movedSources(checker.settings, lines),
    source: sourceFurther(checker.source, lines),
  };
  switch (checker.type) {
    case "HTTP_GET":
    case "SSL_GET":
      return { ...checker, ...rest, urls: checker.urls.map((url) => movedUrl(url, lines)) };
    case "MISC_CHECK":
      return checker.script === undefined
        ? { ...checker, ...rest }
        : { ...checker, ...rest, script: movedSource(checker.script, lines) };
    case "TCP_CHECK":
    case "SMTP_CHECK":
    case "DNS_CHECK":
    case "UDP_CHECK":
    case "PING_CHECK":
    case "BFD_CHECK":
    case "FILE_CHECK":
      return { ...checker, ...rest };
  }
};

const movedUrl = (url: CheckedUrl, lines: number): CheckedUrl => ({
  ...movedSource(url, lines),
  settings: movedSources(url.settings, lines),
});

const movedSource = <T extends { readonly source: Source }>(value: T, lines: number): T => ({
  ...value,
  source: sourceFurther(value.source, lines),
});

const movedSources = (settings: readonly Setting[], lines: number): Setting[] =>
  settings.map((setting) => movedSource(setting, lines));

const sourceFurther = ({ path, line }: Source, lines: number): Source => ({ path, line: line + lines });
