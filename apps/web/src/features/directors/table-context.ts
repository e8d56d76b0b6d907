import type { ShownView } from "./ipvs-columns.ts";

/** What every line of a director's table is drawn with. */
export interface TableContext {
  readonly directorId: string;
  readonly view: ShownView;
  /** Director's clock minus console's, ms. */
  readonly offsetMs: number;
  readonly nowMs: number;
  /** Set where the facts are too old: their age in words; rates and checks are not known then. */
  readonly staleAge: string | undefined;
}
