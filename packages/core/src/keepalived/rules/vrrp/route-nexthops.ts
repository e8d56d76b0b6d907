import { checkRealms, isNumber, readFamilyWord, readHost, setFamily } from "./route-words.ts";
import type { Addressed } from "./route-words.ts";

/** `nexthop via ADDRESS dev INTERFACE weight N …`, as often as wanted. The first `nexthop` is read already. */
export const readNexthops = (route: Addressed): void => {
  const { reader } = route;
  while (!reader.isAtEnd) {
    const option = reader.take("");
    if (option === "nexthop") continue;
    const read = readers.get(option);
    if (read === undefined) reader.complain(`${option} is no option of a nexthop: what follows is not read`);
    if (read === undefined) return reader.skip(reader.words.length);
    read(route, option);
  }
};

type Read = (route: Addressed, option: string) => void;

const readers: ReadonlyMap<string, Read> = new Map(
  Object.entries<Read>({
    via: (route, option) => {
      readFamilyWord(route);
      readHost(route, option);
    },
    dev: ({ reader }, option) => void reader.take(option),
    weight: ({ reader }, option) => {
      const word = reader.take(option);
      if (!isNumber(word, 256, 1)) reader.lose(`the weight of a nexthop must be 1 to 256, not ${word}`);
    },
    realms: (route, option) => {
      checkRealms(route.reader, route.reader.take(option));
      if (!route.reader.isLost) setFamily(route, "inet");
    },
    as: ({ reader }) => reader.lose("as to is no option of a nexthop"),
    onlink: () => undefined,
    // The words of a tunnel are of another grammar: what follows it is not looked at.
    encap: ({ reader }) => reader.skip(reader.words.length),
  }),
);
