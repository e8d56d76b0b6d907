import { knownValue } from "@lvs/core/director/fact";
import type { DirectorState } from "@lvs/core/director/state";
import { printListing } from "@lvs/core/ipvs/listing-print";
import { printSyncDaemons, printTimeouts } from "@lvs/core/ipvs/listing-state";
import { printSave } from "@lvs/core/ipvs/save-format";
import { switchOf, type ShownView } from "./ipvs-columns.ts";

/** One of ipvsadm's own texts: the command that prints it on the director, and its bytes. */
export interface CopiedText {
  readonly command: string;
  readonly print: () => string;
}

/**
 * What can be copied of a director, first what is on the screen. Empty where the table is not known; the timeouts and the sync daemons
 * only where they are.
 */
export const copiedTexts = (
  state: Pick<DirectorState, "table" | "settings">,
  view: ShownView,
): CopiedText[] => {
  const table = knownValue(state.table);
  if (table === undefined) return [];
  const settings = knownValue(state.settings);
  const listing = view === "plain" ? "ipvsadm -Ln" : `ipvsadm -Ln ${switchOf(view)}`;
  return [
    { command: `${listing} --exact`, print: () => printListing(table, { view, isExact: true }) },
    { command: listing, print: () => printListing(table, { view }) },
    {
      command: `${listing} --exact --nosort`,
      print: () => printListing(table, { view, isExact: true, isSorted: false }),
    },
    { command: "ipvsadm -Sn", print: () => printSave(table) },
    ...(settings === undefined
      ? []
      : [
          { command: "ipvsadm -L --timeout", print: () => printTimeouts(settings.timeouts) },
          { command: "ipvsadm -L --daemon", print: () => printSyncDaemons(settings.syncDaemons) },
        ]),
  ];
};
