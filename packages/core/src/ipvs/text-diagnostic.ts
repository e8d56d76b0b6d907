/** One line of a text that could not be understood, or not wholly. Nothing of it was guessed. */
export type TextDiagnostic = {
  /** 1-based. */
  readonly line: number;
  /** The line as it stood. */
  readonly text: string;
  /** Why, for people. */
  readonly reason: string;
};

/** What every parser of a text answers: all that was understood, and every line that was not. */
export type Parsed<T> = { readonly value: T; readonly diagnostics: readonly TextDiagnostic[] };
