"use client";
import type { Fleet } from "@lvs/core/fleet/model";
import { serviceKey, destinationKey } from "@lvs/core/ipvs/table";
import type { Condition, Proof, Step } from "@lvs/core/workflow/plan";
import { printSeconds } from "@/client/format.ts";
import { useLists } from "@/client/lists.ts";
import { useFleet } from "@/client/live.tsx";
import { useRefusal } from "@/client/wire-words.ts";
import { useTranslations } from "next-intl";

/** Plans in words. Everything is said from the plan's own data; names come from the fleet. */

const directorName = (fleet: Fleet | undefined, id: string): string =>
  fleet?.directors.find((each) => each.id === id)?.name ?? id;

const realServerName = (fleet: Fleet | undefined, id: string): string =>
  fleet?.realServers.find((each) => each.id === id)?.address ?? id;

/** One proof as a sentence: what must be true, read from the cluster. */
export const useProofWords = (): ((proof: Proof) => string) => {
  const t = useTranslations("proofs");
  const fleet = useFleet();
  return (proof) => {
    switch (proof.kind) {
      case "rowHasWeight":
        return t("rowHasWeight", { ...rowValues(fleet, proof), weight: proof.weight });
      case "rowGone":
        return t("rowGone", rowValues(fleet, proof));
      case "rowPresent":
        return t("rowPresent", rowValues(fleet, proof));
      case "rowDrained":
        return t("rowDrained", { ...rowValues(fleet, proof), most: proof.most });
      case "serviceAnswers":
        return t(proof.isExpected ? "answers" : "answersNot", {
          port: proof.port,
          realServer: realServerName(fleet, proof.realServerId),
        });
      case "vipOnLoopback":
        return t(proof.isExpected ? "vipOnLo" : "vipGone", {
          vip: proof.vip,
          realServer: realServerName(fleet, proof.realServerId),
        });
      case "arpSuppressed":
        return t("arpSuppressed", { realServer: realServerName(fleet, proof.realServerId) });
      case "configWritten":
      case "configIs":
      case "configLoaded":
      case "tableReady":
        return t(proof.kind, { director: directorName(fleet, proof.directorId) });
      case "daemonRuns":
        return t(proof.isExpected ? "daemonRuns" : "daemonStopped", {
          director: directorName(fleet, proof.directorId),
        });
      case "instanceState":
        return t("instanceState", {
          instance: proof.instance,
          state: proof.state,
          director: directorName(fleet, proof.directorId),
        });
      case "oneHolder":
        return proof.directorId === undefined
          ? t("oneHolder", { vip: proof.vip })
          : t("oneHolderIs", { vip: proof.vip, director: directorName(fleet, proof.directorId) });
    }
  };
};

const rowValues = (
  fleet: Fleet | undefined,
  proof: Extract<Proof, { kind: "rowHasWeight" | "rowGone" | "rowPresent" | "rowDrained" }>,
): { row: string; service: string; director: string } => ({
  row: destinationKey(proof.row),
  service: serviceKey(proof.row.service),
  director: directorName(fleet, proof.directorId),
});

/** The directors that a step touches or reads, in the order of its actions and proofs. */
const directorsOf = (fleet: Fleet | undefined, step: Step): string[] => {
  const ids = [...step.actions, ...step.proofs].flatMap((each) =>
    "directorId" in each && each.directorId !== undefined ? [each.directorId] : [],
  );
  return [...new Set(ids)].map((id) => directorName(fleet, id));
};

/** A step in words: what it does, what must be seen before the next, and the way back. */
export const useStepWords = (): ((step: Step) => { does: string; proof: string; back: string }) => {
  const t = useTranslations("steps");
  const summary = useProofSummary();
  const lists = useLists();
  const fleet = useFleet();
  return (step) => {
    const values = {
      subject: step.subject,
      directors: lists.names(directorsOf(fleet, step)),
      service: serviceOf(fleet, step),
    };
    return {
      does: t(`does.${step.kind}`, values),
      proof: summary(step.proofs),
      back: step.undo.length === 0 ? t("noBack") : t(`back.${step.kind}`, values),
    };
  };
};

/** The proofs of a step by kind, each with all it is asked of: "row gone on lvs-1, lvs-2; 192.0.2.7 silent on port 80". */
const useProofSummary = (): ((proofs: readonly Proof[]) => string) => {
  const t = useTranslations("summary");
  const lists = useLists();
  const fleet = useFleet();
  return (proofs) => {
    const groups = new Map<string, { name: string; detail: Set<string>; where: Set<string> }>();
    for (const proof of proofs) {
      const { detail, name, where } = summarize(fleet, proof);
      const group = groups.get(name) ?? { name, detail: new Set(), where: new Set() };
      if (detail !== "") group.detail.add(detail);
      group.where.add(where);
      groups.set(name, group);
    }
    return lists.clauses(
      [...groups.values()].map(({ detail, name, where }) =>
        t(name, { detail: lists.names(detail), where: lists.names(where) }),
      ),
    );
  };
};

/** The name of its sentence, what differs within the kind, and where it is read. */
const summarize = (
  fleet: Fleet | undefined,
  proof: Proof,
): { name: string; detail: string; where: string } => {
  switch (proof.kind) {
    case "rowHasWeight":
      return { name: proof.kind, detail: String(proof.weight), where: directorName(fleet, proof.directorId) };
    case "rowDrained":
      return { name: proof.kind, detail: String(proof.most), where: directorName(fleet, proof.directorId) };
    case "rowGone":
    case "rowPresent":
    case "configWritten":
    case "configIs":
    case "configLoaded":
    case "tableReady":
      return { name: proof.kind, detail: "", where: directorName(fleet, proof.directorId) };
    case "serviceAnswers":
      return {
        name: proof.isExpected ? "answers" : "answersNot",
        detail: String(proof.port),
        where: realServerName(fleet, proof.realServerId),
      };
    case "vipOnLoopback":
      return {
        name: proof.isExpected ? "vipOnLo" : "vipGone",
        detail: proof.vip,
        where: realServerName(fleet, proof.realServerId),
      };
    case "arpSuppressed":
      return { name: proof.kind, detail: "", where: realServerName(fleet, proof.realServerId) };
    case "daemonRuns":
      return {
        name: proof.isExpected ? "daemonRuns" : "daemonStopped",
        detail: "",
        where: directorName(fleet, proof.directorId),
      };
    case "instanceState":
      return {
        name: proof.state === "MASTER" ? "isMaster" : "isBackup",
        detail: proof.instance,
        where: directorName(fleet, proof.directorId),
      };
    case "oneHolder":
      return proof.directorId === undefined
        ? { name: "oneHolder", detail: proof.vip, where: "" }
        : { name: "oneHolderIs", detail: proof.vip, where: directorName(fleet, proof.directorId) };
  }
};

/** The name of the service on the real server that the step is about: "nginx". */
const serviceOf = (fleet: Fleet | undefined, step: Step): string => {
  for (const action of step.actions)
    if ("realServerId" in action)
      return fleet?.realServers.find((each) => each.id === action.realServerId)?.serviceName ?? "";
  return "";
};

/** What a step costs clients: connections cut, and how long an address is away. */
export const useCostWords = (): ((step: Step) => string) => {
  const t = useTranslations("steps");
  return (step) => {
    const { clientsCut, vipGapMs } = step.expected;
    if (clientsCut === 0 && vipGapMs === 0) return "0";
    if (clientsCut === 0) return t("away", { gap: printSeconds(vipGapMs) });
    if (vipGapMs === 0) return t("cut", { count: clientsCut });
    return t("gap", { count: clientsCut, gap: printSeconds(vipGapMs) });
  };
};

/** Conditions come as codes with values; the rule by which an advert is refused is a code of its own. */
export const useConditionWords = (): ((condition: Condition) => string) => {
  const t = useTranslations("conditions");
  const refusalOf = useRefusal();
  return ({ code, values }) =>
    t(code, {
      ...values,
      ...(typeof values["reason"] === "string" ? { reason: refusalOf(values["reason"]) } : {}),
    });
};
