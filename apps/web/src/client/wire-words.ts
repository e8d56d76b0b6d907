"use client";
import type { WireItem, WireSource } from "@lvs/core/fleet/wire";
import { isRefusalCode } from "@lvs/core/vrrp/refusal";
import { useTranslations } from "next-intl";
import { printSeconds } from "./format.ts";

/** What is wrong on the wire, in sentences: what it is, why it matters, what to do. */
export interface WireWords {
  readonly what: string;
  readonly why: string;
  readonly todo: string;
}

/** "lvs-2 (192.0.2.12)", or the address alone of one that is nobody's here. */
export const useSourceName = (): ((source: WireSource) => string) => {
  const t = useTranslations("wire");
  return ({ address, director }) =>
    director === undefined ? address : t("named", { director: director.name, address });
};

/** Why an advert is not believed; the code itself of an agent that knows more reasons. */
export const useRefusal = (): ((code: string) => string) => {
  const t = useTranslations("refusals");
  return (code) => (isRefusalCode(code) ? t(code) : code);
};

type Of<Kind extends WireItem["kind"]> = Extract<WireItem, { kind: Kind }>;

export const useWireWords = (): ((item: WireItem) => WireWords) => {
  const secondMaster = useSecondMaster();
  const stranger = useStranger();
  const notBelieved = useNotBelieved();
  const t = useTranslations("wire");
  const nameOf = useSourceName();
  const reasonOf = useRefusal();
  return (item) => {
    switch (item.kind) {
      case "secondMaster":
        return secondMaster(item);
      case "stranger":
        return stranger(item);
      case "notBelieved":
        return notBelieved(item);
      case "otherInterval": {
        const { director, instance } = item;
        const values = {
          source: nameOf(item.source),
          director: director.name,
          instance,
          theirs: printSeconds(item.theirsMs),
          own: printSeconds(item.ownMs),
        };
        return {
          what: t("otherInterval.what", values),
          why: t("otherInterval.why"),
          todo: t("otherInterval.todo"),
        };
      }
      case "refusedPackets": {
        const source = nameOf(item.source);
        const values = {
          source,
          director: item.director.name,
          link: item.link,
          reason: reasonOf(item.reason),
        };
        return {
          what: t("refusedPackets.what", values),
          why: t("refusedPackets.why"),
          todo: t("refusedPackets.todo", { source }),
        };
      }
      case "deaf": {
        const values = { director: item.director.name, link: item.link, reason: item.reason };
        return { what: t("deaf.what", values), why: t("deaf.why"), todo: t("deaf.todo") };
      }
    }
  };
};

/** More are a crowd: who they all are stands in the list of speakers. */
const mostNames = 4;

/** Directors first: in a crowd of senders they are who matters. */
const useSourceNames = (): ((sources: readonly WireSource[]) => string) => {
  const nameOf = useSourceName();
  return (sources) => {
    const directors = sources.filter(({ director }) => director !== undefined);
    const names = [...new Set([...directors, ...sources])].map(nameOf);
    return [...names.slice(0, mostNames), ...(names.length > mostNames ? ["…"] : [])].join(", ");
  };
};

/** With the cause alone, for where it is said already what a second MASTER means. */
export const useSecondMaster = (): ((item: Of<"secondMaster">) => WireWords & { readonly cause: string }) => {
  const t = useTranslations("wire.secondMaster");
  const nameOf = useSourceName();
  const namesOf = useSourceNames();
  const reasonOf = useRefusal();
  return (item) => {
    const { instance, reading, virtualRouterId } = item;
    const values = {
      director: item.director.name,
      rival: item.rival === undefined ? "" : nameOf(item.rival),
      reason: item.reason === undefined ? "" : reasonOf(item.reason),
    };
    const cause = reading === "unknown" ? "" : t(`cause.${reading}`, values);
    return {
      what: t("what", { instance, id: virtualRouterId, names: namesOf(item.sources) }),
      cause,
      why: cause === "" ? t("why") : `${cause} ${t("why")}`,
      todo: t(`todo.${reading}`, values),
    };
  };
};

const useStranger = (): ((item: Of<"stranger">) => WireWords) => {
  const t = useTranslations("wire.stranger");
  const nameOf = useSourceName();
  const reasonOf = useRefusal();
  return (item) => {
    const { director, instance, priority, source, virtualRouterId } = item;
    const whose = whoseIs(item);
    const values = {
      source: nameOf(source),
      director: director.name,
      instance,
      priority,
      cluster: item.cluster ?? "",
      id: virtualRouterId,
      reason: item.reason === undefined ? "" : reasonOf(item.reason),
    };
    return {
      what: t(`what.${whose}`, values),
      why: t(item.reason === undefined ? "why.believed" : "why.refused", values),
      todo: t(`todo.${whose === "nobodys" && item.mayBePeer ? "peers" : whose}`, values),
    };
  };
};

/** A director of this cluster that unicast_peer does not name, one of another cluster, or no director at all. */
const whoseIs = ({ director, source }: Of<"stranger">): "unlisted" | "anothers" | "nobodys" => {
  if (source.director === undefined) return "nobodys";
  return source.director.clusterId === director.clusterId ? "unlisted" : "anothers";
};

const mendable = ["address-list", "interval", "password", "other-authentication", "other-version"] as const;

const useNotBelieved = (): ((item: Of<"notBelieved">) => WireWords) => {
  const t = useTranslations("wire.notBelieved");
  const nameOf = useSourceName();
  const reasonOf = useRefusal();
  return (item) => {
    const values = {
      director: item.director.name,
      source: nameOf(item.source),
      instance: item.instance,
      reason: reasonOf(item.reason),
    };
    const known = mendable.find((code) => code === item.reason);
    return { what: t("what", values), why: t("why", values), todo: t(`todo.${known ?? "other"}`) };
  };
};

/** The same in a few words, for the line of truth. */
export const useWireSentence = (): ((item: WireItem) => string) => {
  const t = useTranslations("truth.one");
  const nameOf = useSourceName();
  const namesOf = useSourceNames();
  const reasonOf = useRefusal();
  return (item) => {
    switch (item.kind) {
      case "secondMaster":
        return t("secondMaster", { instance: item.instance, names: namesOf(item.sources) });
      case "stranger":
        return t("stranger", { source: nameOf(item.source), instance: item.instance });
      case "notBelieved":
        return t("notBelieved", {
          director: item.director.name,
          source: nameOf(item.source),
          reason: reasonOf(item.reason),
        });
      case "otherInterval":
        return t("otherInterval", { director: item.director.name, source: nameOf(item.source) });
      case "refusedPackets":
        return t("refusedPackets", { source: nameOf(item.source) });
      case "deaf":
        return t("deaf", { director: item.director.name, link: item.link });
    }
  };
};
