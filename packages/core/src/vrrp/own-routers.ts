import type { AddressFamily } from "../ipvs/model.ts";
import type { KeepalivedModel, VrrpInstance } from "../keepalived/model.ts";
import type { Secret } from "../keepalived/redact.ts";
import { encodeUtf8 } from "../keepalived/encoding.ts";
import { type Address, addressFamily } from "../net/address.ts";
import type { Expectation } from "./acceptance.ts";
import { intervalMsOf, versionOf } from "./from-configuration.ts";
import type { OwnRouter } from "./observation.ts";
import { passwordData } from "./packet-v2.ts";

/**
 * A virtual router as the file asks for it. It carries the password of version 2, to compare with what is heard: it may be neither
 * shown nor logged nor sent.
 */
export type ConfiguredRouter = Pick<
  OwnRouter,
  "instance" | "link" | "family" | "expectation" | "advertIntervalMs"
> & {
  /** The file's unicast_src_ip or mcast_src_ip. */
  readonly sourceAddress: Address | undefined;
  /** The file's unicast_peer; undefined: it speaks to the group, so that anybody may be its peer. */
  readonly peers: readonly Address[] | undefined;
  /** auth_type AH: its adverts are IPsec packets (protocol 51), which nobody here reads. */
  readonly isHidden: boolean;
};

/** What the director is and does beside its file. */
export type Present = {
  /** Since when it is MASTER of the instance; undefined: it is not, or that is not known. */
  readonly masterSinceMs: (instance: string) => number | undefined;
  /** The primary address of an interface, from which adverts go out. */
  readonly addressOf: (link: string, family: AddressFamily) => Address | undefined;
};

const familyOf = (instance: VrrpInstance): AddressFamily => {
  const peer = instance.unicastPeers[0]?.address;
  const source = instance.unicastSourceAddress ?? instance.multicastSourceAddress ?? peer;
  return instance.virtualAddresses[0]?.family ?? (source === undefined ? "inet" : addressFamily(source));
};

/** What follows the password on its line counts as secret, but keepalived uses the word alone. */
const passwordOf = (
  instance: VrrpInstance,
  secrets: readonly Secret[],
): Uint8Array | "not-known" | undefined => {
  const secret = instance.authentication?.type === "PASS" ? instance.authentication.secret : undefined;
  if (secret === undefined) return undefined;
  const known = secrets.filter((each) => each.instance === instance.name);
  const [only] = known;
  if (known.length !== 1 || only === undefined) return "not-known";
  return passwordData(encodeUtf8(only.text.slice(0, secret.length)));
};

const expectationOf = (
  instance: VrrpInstance,
  { virtualRouterId, family, model, secrets }: Of,
): Expectation => {
  // keepalived lists those of the first one's family; the others are held like excluded ones.
  const addresses = instance.virtualAddresses
    .filter((each) => each.family === family)
    .map((each) => each.address);
  const version = versionOf(instance, model);
  if (version === 3) return { version, virtualRouterId, addresses };
  const advertIntervalS = intervalMsOf(instance, version) / 1000;
  return {
    version,
    virtualRouterId,
    addresses,
    advertIntervalS,
    passwordData: passwordOf(instance, secrets),
  };
};

type Of = {
  readonly virtualRouterId: number;
  readonly family: AddressFamily;
  readonly model: KeepalivedModel;
  readonly secrets: readonly Secret[];
};

/**
 * The virtual routers of a file, with the secrets of its preprocessed text (`secretsOf(tree.bytes)`: definitions and includes in place).
 * One without an id is none; keepalived refuses it.
 */
export const configuredRouters = (model: KeepalivedModel, secrets: readonly Secret[]): ConfiguredRouter[] =>
  model.instances.flatMap((instance) => {
    const { virtualRouterId, unicastPeers, unicastSourceAddress, multicastSourceAddress } = instance;
    if (virtualRouterId === undefined) return [];
    const family = familyOf(instance);
    return [
      {
        instance: instance.name,
        link: instance.interface ?? model.global.defaultInterface,
        family,
        expectation: expectationOf(instance, { virtualRouterId, family, model, secrets }),
        advertIntervalMs: intervalMsOf(instance, versionOf(instance, model)),
        sourceAddress: unicastSourceAddress ?? multicastSourceAddress,
        peers: unicastPeers.length === 0 ? undefined : unicastPeers.map(({ address }) => address),
        isHidden: instance.authentication?.type === "AH" && versionOf(instance, model) === 2,
      },
    ];
  });

/** The same with what the director does now. */
export const ownRouters = (configured: readonly ConfiguredRouter[], present: Present): OwnRouter[] =>
  configured.map(({ sourceAddress, isHidden: _isHidden, ...router }) => ({
    ...router,
    masterSinceMs: present.masterSinceMs(router.instance),
    ownAddress: sourceAddress ?? present.addressOf(router.link, router.family),
  }));
