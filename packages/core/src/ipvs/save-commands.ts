import { parseAddress } from "../net/address.ts";
import type { SyncDaemon } from "./listing-state.ts";
import type { RuleWords } from "./save-options.ts";
import type { NumberLookup, Read, Rule } from "./save-rules.ts";
import { bad, good, maximumTimeoutS, readLimited, readServiceId } from "./save-rules.ts";

/** The commands of a line that are not about one service or real server: -C, -Z, --set, --start-daemon, --stop-daemon. */

const readDaemonRole = (text: string | undefined): SyncDaemon["role"] | undefined =>
  text === "master" || text === "backup" ? text : undefined;

const readDaemon = ({ options }: RuleWords): Read<Rule> => {
  const role = readDaemonRole(options.get("start-daemon"));
  const syncId = readLimited(options.get("syncid"), 0, 255);
  const group = options.get("mcast-group");
  const numbers = {
    maxLength: options.get("sync-maxlen"),
    port: options.get("mcast-port"),
    ttl: options.get("mcast-ttl"),
  };
  const maxLength = readLimited(numbers.maxLength, 0, 65_507);
  const port = readLimited(numbers.port, 0, 65_535);
  const ttl = readLimited(numbers.ttl, 0, 255);
  if (role === undefined) return bad("illegal start-daemon parameter specified");
  if (syncId === undefined || maxLength === undefined || port === undefined || ttl === undefined)
    return bad("illegal number for a sync daemon");
  const address = group === undefined ? undefined : parseAddress(group);
  if (group !== undefined && address === undefined) return bad(`invalid mcast-group ${group}`);
  const daemon = {
    role,
    interface: options.get("mcast-interface") ?? "eth0",
    syncId,
    ...(maxLength === 0 ? {} : { maxLength }),
    ...(address === undefined ? {} : { group: address }),
    ...(port === 0 ? {} : { port }),
    ...(ttl === 0 ? {} : { ttl }),
  };
  return good({ kind: "startDaemon", daemon });
};

const readTimeouts = ({ rest }: RuleWords): Read<Rule> => {
  const [tcpS, tcpFinS, udpS] = rest.map((text) => readLimited(text, 0, maximumTimeoutS));
  if (tcpS === undefined || tcpFinS === undefined || udpS === undefined)
    return bad("--set option requires 3 timeout values");
  return good({ kind: "setTimeouts", timeouts: { tcpS, tcpFinS, udpS } });
};

/** Any other command a line may carry; a command that only shows something is no rule. */
export const readOtherRule = (words: RuleWords, lookup: NumberLookup | undefined): Read<Rule> => {
  switch (words.command) {
    case "clear":
      return good({ kind: "clearTable" });
    case "zero": {
      if (words.options.size === 0) return good({ kind: "zeroCounters", service: undefined });
      const id = readServiceId(words, lookup);
      return id.ok ? good({ kind: "zeroCounters", service: id.value }) : id;
    }
    case "set":
      return readTimeouts(words);
    case "start-daemon":
      return readDaemon(words);
    case "stop-daemon": {
      const role = readDaemonRole(words.options.get("stop-daemon"));
      return role === undefined
        ? bad("illegal stop-daemon parameter specified")
        : good({ kind: "stopDaemon", role });
    }
    default:
      return bad(`--${words.command} changes nothing and is no rule`);
  }
};
