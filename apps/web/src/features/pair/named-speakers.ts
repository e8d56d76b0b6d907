import type { HeardFrom } from "@lvs/core/fleet/hearing";

/** A flood of made-up senders must not push the director out of sight whose adverts the page is about. */
const othersNamed = 3;

/** Who is named in a cell of the table, every director of the console first, then some of the others, who speak before who fell silent. */
export const namedSpeakers = (
  from: readonly HeardFrom[],
): { readonly named: readonly HeardFrom[]; readonly more: number } => {
  const directors = from.filter(({ source }) => source.director !== undefined);
  const others = from
    .filter(({ source }) => source.director === undefined)
    .toSorted((a, b) => Number(b.speaker.isSpeaking) - Number(a.speaker.isSpeaking));
  return {
    named: [...directors, ...others.slice(0, othersNamed)],
    more: Math.max(0, others.length - othersNamed),
  };
};
