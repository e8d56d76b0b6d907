import { printListing } from "@lvs/core/ipvs/listing-print";
import { listingViews, type ListingView, type NameLookup } from "@lvs/core/ipvs/listing";
import type { IpvsTable } from "@lvs/core/ipvs/model";
import { printSave } from "@lvs/core/ipvs/save-format";

/** One call of ipvsadm that shows a table, and how we print the same. */
export type ListingCall = {
  /** Arguments of ipvsadm: "-L -n --stats". */
  readonly argv: string;
  /** Looks every address up; slow on large tables. */
  readonly isNamed: boolean;
  print(table: IpvsTable, names: NameLookup): string;
};

const argumentsOf: Readonly<Record<ListingView, string>> = {
  plain: "",
  stats: " --stats",
  rate: " --rate",
  thresholds: " --thresholds",
  "persistent-conn": " --persistent-conn",
  "tun-info": " --tun-info",
};

const switches = [false, true];

/** Every view with and without -n, --nosort and --exact. */
const combinations: readonly ListingCall[] = listingViews.flatMap((view) =>
  switches.flatMap((isNamed) =>
    switches.flatMap((isSorted) =>
      switches.map((isExact) => ({
        argv: `-L${isNamed ? "" : " -n"}${argumentsOf[view]}${isSorted ? "" : " --nosort"}${isExact ? " --exact" : ""}`,
        isNamed,
        print: (table: IpvsTable, names: NameLookup) =>
          printListing(table, { view, isSorted, isExact, ...(isNamed ? { names } : {}) }),
      })),
    ),
  ),
);

const numeric = (argv: string, print: (table: IpvsTable) => string): ListingCall => ({
  argv,
  isNamed: false,
  print,
});

/** Options that mean nothing or lose against another, the save format, and ipvsadm without any argument. */
const others: readonly ListingCall[] = [
  numeric("-l -n --sort", (table) => printListing(table, { view: "plain" })),
  numeric("-L -n --rate --stats", (table) => printListing(table, { view: "stats" })),
  numeric("-L -n --thresholds --rate", (table) => printListing(table, { view: "rate" })),
  numeric("-L -n --tun-info --persistent-conn --thresholds", (table) =>
    printListing(table, { view: "thresholds" }),
  ),
  numeric("-L -n --tun-info --persistent-conn", (table) => printListing(table, { view: "persistent-conn" })),
  numeric("-S -n", (table) => printSave(table)),
  { argv: "-S", isNamed: true, print: (table, names) => printSave(table, { names }) },
  { argv: "", isNamed: true, print: (table, names) => printListing(table, { view: "plain", names }) },
];

export const listingCalls: readonly ListingCall[] = [...combinations, ...others];
