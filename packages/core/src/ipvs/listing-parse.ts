import type { ListedService, OpenService } from "./listing-rows.ts";
import { readDestination, readService } from "./listing-rows.ts";
import type { ListingView } from "./listing.ts";
import { listingHeader, listingViews } from "./listing.ts";
import type { Parsed, TextDiagnostic } from "./text-diagnostic.ts";

export type Listing = {
  readonly view: ListingView;
  /** From the banner; absent when the text has none (a listing of one service). */
  readonly banner?: { readonly version: string; readonly size: number };
  /** False when some number was cut to K, M, G or T: its value is then the least it can stand for. */
  readonly isExact: boolean;
  /** In the text's order. */
  readonly services: readonly ListedService[];
};

type OpenListing = {
  view: ListingView;
  banner?: { version: string; size: number };
  isExact: boolean;
  services: OpenService[];
};

const wordsOf = (line: string): string[] => line.trim().split(/\s+/);
const squeeze = (line: string): string => wordsOf(line).join(" ");

const headerLines = listingViews.map((view) => ({ view, lines: listingHeader(view).map(squeeze) }));
/** The second header line of /proc/net/ip_vs, 1.2x's plain view and every other view. */
const secondHeaders = new Set(headerLines.map(({ lines }) => lines[1] ?? ""));
const firstHeaders = new Set(headerLines.map(({ lines }) => lines[0] ?? ""));

const parseBanner = (line: string): { version: string; size: number } | undefined => {
  const match = /^IP Virtual Server version ([0-9]+\.[0-9]+\.[0-9]+) \(size=([0-9]{1,10})\)$/.exec(
    squeeze(line),
  );
  return match === null ? undefined : { version: match[1] ?? "", size: Number(match[2]) };
};

/** What the reader knows between two lines. */
class ListingReader {
  readonly listings: OpenListing[] = [];
  readonly diagnostics: TextDiagnostic[] = [];
  #banner: { version: string; size: number } | undefined;
  #service: OpenService | undefined;
  #lineNumber = 0;

  #report(text: string, reason: string): void {
    this.diagnostics.push({ line: this.#lineNumber, text, reason });
  }

  #open(view: ListingView): OpenListing {
    const listing: OpenListing = { view, isExact: true, services: [] };
    if (this.#banner !== undefined) listing.banner = this.#banner;
    this.#banner = undefined;
    this.#service = undefined;
    this.listings.push(listing);
    return listing;
  }

  readLine(line: string): void {
    this.#lineNumber += 1;
    const squeezed = squeeze(line);
    if (squeezed === "") return;
    const banner = parseBanner(line);
    if (banner !== undefined) {
      this.#banner = banner;
    } else if (firstHeaders.has(squeezed)) {
      const view = headerLines.find(({ lines }) => lines[0] === squeezed)?.view ?? "plain";
      this.#open(view);
    } else if (secondHeaders.has(squeezed)) {
      this.#readSecondHeader(line, squeezed);
    } else {
      this.#readRow(line);
    }
  }

  /** plain and tun-info share their first line; the second tells them apart. */
  #readSecondHeader(line: string, squeezed: string): void {
    const listing = this.listings.at(-1);
    const view = headerLines.find(({ lines }) => lines[1] === squeezed)?.view ?? "plain";
    if (listing === undefined || listing.services.length > 0)
      this.#report(line, "a header line out of its place");
    else if (view === "plain" || view === "tun-info") listing.view = view;
  }

  #readRow(line: string): void {
    const words = wordsOf(line);
    if (words[0] === "->") this.#readDestinationRow(line, words.slice(1));
    else this.#readServiceRow(line, words);
  }

  /** Without any header before it a service belongs to a plain listing. */
  #readServiceRow(line: string, words: readonly string[]): void {
    const { row, reason, isCut } = readService(words, this.listings.at(-1)?.view ?? "plain");
    if (reason !== undefined) this.#report(line, reason);
    this.#service = undefined;
    if (row === undefined) return;
    const listing = this.listings.at(-1) ?? this.#open("plain");
    if (isCut === true) listing.isExact = false;
    this.#service = row;
    listing.services.push(row);
  }

  #readDestinationRow(line: string, words: readonly string[]): void {
    const listing = this.listings.at(-1);
    if (listing === undefined || this.#service === undefined) {
      this.#report(line, "a real server that belongs to no readable service");
      return;
    }
    const { row, reason, isCut } = readDestination(words, listing.view);
    if (reason !== undefined) this.#report(line, reason);
    if (isCut === true) listing.isExact = false;
    if (row !== undefined) this.#service.destinations.push(row);
  }
}

/**
 * Every table listing in a text, each beginning with its own header. Reads what ipvsadm 1.24 to 1.31 print with any of the six
 * views, names or numbers, tolerant of blanks; every other line is a diagnostic, and real servers after an unreadable
 * service are not given to the service before it.
 */
export const parseListings = (text: string): Parsed<Listing[]> => {
  const reader = new ListingReader();
  for (const line of text.split(/\r?\n/)) reader.readLine(line);
  return { value: reader.listings, diagnostics: reader.diagnostics };
};

/** The first listing of a text (an empty plain one when there is none); a second listing is reported, not mixed in. */
export const parseListing = (text: string): Parsed<Listing> => {
  const { value, diagnostics } = parseListings(text);
  const [first, second] = value;
  const listing = first ?? { view: "plain", isExact: true, services: [] };
  if (second === undefined) return { value: listing, diagnostics };
  const reason = `the text holds ${value.length} listings; only the first is read here`;
  return { value: listing, diagnostics: [...diagnostics, { line: 1, text: "", reason }] };
};
