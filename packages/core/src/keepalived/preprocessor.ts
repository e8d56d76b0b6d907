import type { ConfigTree, LineOrigin } from "./cst.ts";
import { substitute } from "./definitions.ts";
import type { Definitions } from "./definitions.ts";
import type { Diagnostic, Parsed, Severity } from "./diagnostic.ts";
import { decodeUtf8, encodeBytewise } from "./encoding.ts";
import { readFaults } from "./faults.ts";
import { generated, linesOf, startingAt } from "./file-lines.ts";
import type { Line, LineSource } from "./file-lines.ts";
import { maxLineLength } from "./lexer.ts";
import { contentOf, directiveAfterBrace, leadLength, leavesQuoteOpen, trimBlanks } from "./line-text.ts";
import { parseConfig } from "./parse.ts";
import { preprocessLimits, turnWork } from "./preprocess-limits.ts";
import { isSequence, isTooLate, readSequence } from "./sequence.ts";

/** What a reader answers to an include. Patterns are glob(7)'s; relative ones start at the directory of `fromPath`. */
export type IncludeAnswer =
  | {
      readonly kind: "files";
      readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
    }
  | { readonly kind: "missing"; readonly reason: string };

export type IncludeReader = (pattern: string, fromPath: string) => IncludeAnswer;

export interface PreprocessOptions {
  readonly path: string;
  /** Which `@id` lines count: the director's `keepalived -i`, else its node name. */
  readonly configId: string;
  /** Without it every include is told of and passed over. */
  readonly read?: IncludeReader;
}

/** How often one line is looked at again after a replacement: `$A` may make `@id $B`, which may make a ~SEQ. */
const maxRounds = 50;

/** Reads files line by line into one text; `preprocess` is its face. */
export class Preprocessor {
  private readonly options: PreprocessOptions;
  private readonly lines: string[] = [];
  private readonly origins: LineOrigin[] = [];
  private readonly originals = new Map<string, Uint8Array>();
  private readonly diagnostics: Diagnostic[] = [];
  private readonly definitions: Definitions;
  private readonly openFiles: string[] = [];
  private fileCount = 0;
  /** Bytes of lines that do not stand in the file itself. */
  private length = 0;
  private work = 0;
  /** Lines made, and turns of sequences, since a turn may come to nothing. */
  private made = 0;
  private isFull = false;

  constructor(options: PreprocessOptions) {
    this.options = options;
    this.definitions = { values: new Map(), builtIn: (name) => this.builtIn(name) };
  }

  finish(): Parsed<ConfigTree> {
    const text = this.lines.length === 0 ? "" : `${this.lines.join("\n")}\n`;
    const parsed = parseConfig(encodeBytewise(text), { path: this.options.path });
    const tree = { ...parsed.value, origins: this.origins, originals: this.originals };
    return { value: tree, diagnostics: [...this.diagnostics, ...readFaults(tree)] };
  }

  readFile(file: { path: string; bytes: Uint8Array; depth: number }): void {
    this.originals.set(file.path, file.bytes);
    this.openFiles.push(file.path);
    const onCut = (line: Line): void => {
      this.say(
        "line-too-long",
        line,
        "keepalived reads at most 1023 bytes of a line: what follows is read as a new line",
      );
    };
    this.readLines(linesOf(file, onCut));
    this.openFiles.pop();
  }

  private readLines(source: LineSource): void {
    for (let line = source(); line !== undefined && !this.isFull; line = source())
      this.readLine(line, source);
  }

  private readLine(first: Line, source: LineSource): void {
    if (first.depth > preprocessLimits.depth) {
      return this.say(
        "expansion-too-deep",
        first,
        "definitions, sequences and includes are nested too deeply here",
        "error",
      );
    }
    let line: Line | undefined = first;
    for (let round = 0; line !== undefined && round < maxRounds; round += 1)
      line = this.readOnce(line, source);
    if (line !== undefined) this.say("expansion-too-deep", first, "this line changes without end", "error");
  }

  /** Looks at a line once: it is done with (undefined), or is to be looked at again as something else. */
  private readOnce(line: Line, source: LineSource): Line | undefined {
    const content = contentOf(line.text);
    switch (content.charAt(0)) {
      case "@":
        return this.readCondition(line, content);
      case "~":
        return isSequence(content) ? this.readSequence(line, content) : this.emit(line);
      case "$":
        if (!/^\$[A-Za-z_]\w*=/u.test(content)) break;
        this.tellOpenQuote(line);
        return this.readDefinition(content, source);
      case "i": {
        if (!content.startsWith("include")) break;
        const [, keyword = "", pattern = ""] = /^(include[rmwba]?)[ \t\v\f]+([^]+)$/u.exec(content) ?? [];
        if (pattern !== "") return this.readInclude(line, { keyword, pattern });
        break;
      }
    }
    if (!content.includes("$")) return this.emit(line);
    const lead = line.text.slice(0, leadLength(line.text));
    return this.replace(line, { content: lead + content, source });
  }

  private readCondition(line: Line, content: string): Line | undefined {
    const [, prefix = "", caret = "", id = "", rest = ""] =
      /^(@(\^?)([^ \t]*)[ \t]*)([^]*)$/u.exec(content) ?? [];
    const isOurs = decodeUtf8(encodeBytewise(id)) === this.options.configId;
    if (id === "" || rest === "" || isOurs === (caret !== "")) return this.tellOpenQuote(line);
    return startingAt(line, leadLength(line.text) + prefix.length);
  }

  private readDefinition(content: string, source: LineSource): undefined {
    const equals = content.indexOf("=");
    const lines: string[] = [];
    let value = trimBlanks(content.slice(equals + 1));
    while (value.endsWith("\\")) {
      const piece = trimBlanks(value.slice(0, -1));
      if (piece !== "" || lines.length > 0) lines.push(piece);
      const next = source();
      if (next !== undefined) this.tellOpenQuote(next);
      value = contentOf(next?.text ?? "");
    }
    lines.push(value);
    this.definitions.values.set(content.slice(1, equals), { lines });
    return undefined;
  }

  private readSequence(line: Line, content: string): undefined {
    const close = content.indexOf(")") + 1;
    const parameters = substitute(content.slice(0, close), this.definitions);
    this.work += parameters.work;
    const reading = readSequence(parameters.text + content.slice(close));
    if (reading.kind !== "sequence") {
      const reason = reading.kind === "invalid" ? reading.reason : "it cannot be read";
      this.say("invalid-sequence", line, `keepalived drops this sequence: ${reason}`, "error");
      return undefined;
    }
    const { variables, rows, text } = reading.sequence;
    for (const row of rows) {
      if (this.isFull) break;
      for (const [index, name] of variables.entries())
        this.definitions.values.set(name, { lines: [row[index] ?? ""] });
      this.readLine(generated(line, text), () => undefined);
      this.made += 1;
      this.work += text.length * turnWork;
      this.checkSize(line);
    }
    return undefined;
  }

  private replace(line: Line, of: { content: string; source: LineSource }): Line | undefined {
    const result = substitute(of.content, this.definitions);
    this.work += result.work;
    if (result.isEndless) {
      this.say(
        "endless-definition",
        line,
        "a definition used here refers to itself: keepalived 2.2.7 hangs on it",
        "error",
      );
      return this.emit(generated(line, result.text.slice(0, maxLineLength)));
    }
    if (result.text === of.content) return this.emit(line);
    const exactLength = Math.min(line.exactLength, result.exactLength);
    const next: Line = { ...generated(line, result.text), depth: line.depth, exactLength };
    if (isTooLate(next.text))
      return this.say("invalid-sequence", line, "keepalived reads this sequence as a keyword", "error");
    if (result.following.length === 0) return next;
    const rest = result.following.values();
    const following: LineSource = () => {
      const text = rest.next();
      return text.done === true ? undefined : generated(line, text.value);
    };
    this.readLine({ ...next, depth: line.depth + 1 }, following);
    this.readLines(following);
    return undefined;
  }

  private readInclude(line: Line, include: { keyword: string; pattern: string }): undefined {
    const { read } = this.options;
    const pattern = decodeUtf8(encodeBytewise(this.resolved(include.pattern)));
    const answer: IncludeAnswer = read?.(pattern, line.path) ?? {
      kind: "missing",
      reason: "includes are not followed here",
    };
    // Never an error: whether the file is there is known on the director only.
    if (answer.kind === "missing")
      return this.say("include-missing", line, `${include.keyword} ${pattern}: ${answer.reason}`);
    for (const { path, bytes } of answer.files) {
      this.fileCount += 1;
      if (this.openFiles.includes(path)) {
        this.say(
          "include-loop",
          line,
          `${path} includes itself: keepalived reads it until it has no file descriptors left`,
          "error",
        );
      } else if (this.fileCount > preprocessLimits.files) {
        return this.say(
          "too-many-files",
          line,
          `more than ${preprocessLimits.files} files are included`,
          "error",
        );
      } else {
        this.readFile({ path, bytes, depth: line.depth + 1 });
      }
    }
    return undefined;
  }

  /** A pattern with its definitions replaced. Relative ones start at the including file: so does `${_PWD}` where its path is relative. */
  private resolved(pattern: string): string {
    if (!pattern.includes("$")) return pattern;
    const isAbsolute = this.openFiles.at(-1)?.startsWith("/") === true;
    const builtIn = (name: string): string | undefined =>
      name === "_PWD" && !isAbsolute ? "." : this.builtIn(name);
    return substitute(pattern, { ...this.definitions, builtIn }).text;
  }

  /** Of a line that does not come into the text: the others are looked at there. */
  private tellOpenQuote(line: Line): undefined {
    if (line.isGenerated || !leavesQuoteOpen(line.text)) return;
    this.say("unterminated-quote", line, "this quote is never closed: keepalived drops the value", "error");
  }

  /** What follows a brace is looked at as a line of its own. */
  private emit(line: Line): Line | undefined {
    const rest = directiveAfterBrace(line.text);
    const text = line.text.slice(0, rest);
    this.lines.push(text);
    if (line.isGenerated) this.made += 1;
    if (line.isGenerated || this.openFiles.length > 1) this.length += text.length + 1;
    const { path, number, shift, isGenerated } = line;
    const exactLength = Math.min(line.exactLength, text.length);
    this.origins.push({ path, line: number, exactLength, shift, isGenerated });
    this.checkSize(line);
    return rest === undefined ? undefined : startingAt(line, rest);
  }

  private checkSize(line: Line): void {
    const { lines, bytes, work } = preprocessLimits;
    const isWithin = this.made < lines && this.length < bytes && this.work < work;
    if (this.isFull || isWithin) return;
    this.isFull = true;
    this.say(
      "expansion-too-large",
      line,
      "this file becomes too large when it is written out: the rest is not read",
    );
  }

  private say(code: string, line: Line, message: string, severity: Severity = "warning"): undefined {
    this.diagnostics.push({
      code,
      severity,
      message,
      path: line.path,
      line: line.number,
      column: line.shift + 1,
    });
    return undefined;
  }

  private builtIn(name: string): string | undefined {
    const path = this.openFiles.at(-1) ?? "";
    switch (name) {
      case "_PWD":
        return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : ".";
      case "_INSTANCE":
        return this.options.configId;
      case "_HASH":
        return "#";
      case "_BANG":
        return "!";
      default:
        return undefined;
    }
  }
}
