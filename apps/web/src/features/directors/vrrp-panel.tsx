"use client";
import { knownValue } from "@lvs/core/director/fact";
import type { DirectorState, VrrpInstance } from "@lvs/core/director/state";
import { directorAge, isUsable } from "@lvs/core/fleet/freshness";
import type { FleetDirector } from "@lvs/core/fleet/model";
import { masterDownMs, skewMs } from "@lvs/core/vrrp/timing";
import { printAge, printSeconds, printTime } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { VrrpMark } from "@/client/marks.tsx";
import { Glyph, State } from "@/ui/glyph.tsx";
import { KeyValues, type KeyValue } from "@/ui/key-values.tsx";
import { Section } from "@/ui/section.tsx";
import { useTranslations } from "next-intl";
import { Fragment } from "react";

export const VrrpPanels = ({ director, state }: { director: FleetDirector; state: DirectorState }) => {
  const t = useTranslations("vrrp");
  if (state.vrrp.status !== "known")
    return (
      <Section title="VRRP">
        <p className={state.vrrp.status === "absent" ? "q" : "c-stale"}>
          {t(state.vrrp.status, { reason: state.vrrp.reason })}
        </p>
      </Section>
    );
  if (state.vrrp.value.length === 0)
    return (
      <Section title="VRRP">
        <p className="q">{t("noInstance")}</p>
      </Section>
    );
  return state.vrrp.value.map((instance) => (
    <InstancePanel key={instance.name} instance={instance} director={director} state={state} />
  ));
};

const InstancePanel = (props: { instance: VrrpInstance; director: FleetDirector; state: DirectorState }) => {
  const { instance } = props;
  const entries = useEntries(props);
  return (
    <Section
      title={instance.name}
      aside={`VRRPv${instance.version}, VRID ${instance.virtualRouterId}, ${instance.interface}`}
    >
      <KeyValues entries={entries} />
    </Section>
  );
};

const useEntries = (props: {
  instance: VrrpInstance;
  director: FleetDirector;
  state: DirectorState;
}): KeyValue[] => {
  const t = useTranslations("vrrp");
  const nowMs = useNow();
  const { director, instance, state } = props;
  const peers = usePeers(director, instance.name);
  const offsetMs = director.clockOffsetMs ?? 0;
  const last = instance.lastTransition;
  const peer = peers[0];
  const sync = knownValue(state.settings)?.syncDaemons ?? [];
  const priority =
    peer?.instance === undefined
      ? t("priority", { priority: instance.priority, effective: instance.effectivePriority })
      : t("priorityPeer", {
          priority: instance.priority,
          effective: instance.effectivePriority,
          peer: peer.instance.effectivePriority,
        });
  return [
    {
      key: "state",
      name: t("state"),
      value: (
        <>
          <VrrpMark state={instance.state} />{" "}
          {last === undefined ? null : t("since", { since: printTime(last.atMs - offsetMs, nowMs) })}
        </>
      ),
    },
    { key: "priority", name: t("priorityName"), value: priority },
    { key: "vip", name: "VIP", value: <HeldAddresses instance={instance} /> },
    {
      key: "elsewhere",
      name: t("elsewhere"),
      value: <Elsewhere director={director} instance={instance} peers={peers} />,
    },
    { key: "advert", name: "advert_int", value: printSeconds(instance.advertIntervalCs * 10) },
    { key: "takeOver", name: t("takeOver"), value: t("takeOverIn", takeOverWords(instance, peer?.instance)) },
    {
      key: "sync",
      name: t("sync"),
      value:
        sync.length === 0
          ? t("noSync")
          : sync.map((each) => `${each.role}, ${each.interface}, syncid ${each.syncId}`).join("; "),
    },
  ];
};

/** RFC 3768 and 5798: master down after three intervals and the skew of the one that takes over; a stop costs the skew alone. */
const takeOverWords = (own: VrrpInstance, peer: VrrpInstance | undefined): { stop: string; loss: string } => {
  const priority = peer?.effectivePriority ?? own.effectivePriority;
  const pace = { version: own.version, priority, masterAdvertIntervalMs: own.advertIntervalCs * 10 };
  return { stop: printSeconds(skewMs(pace)), loss: printSeconds(masterDownMs(pace)) };
};

interface Peer {
  readonly director: FleetDirector;
  readonly instance: VrrpInstance | undefined;
}

const usePeers = (director: FleetDirector, name: string): Peer[] => {
  const fleet = useFleet();
  return (fleet?.directors ?? [])
    .filter((each) => each.clusterId === director.clusterId && each.id !== director.id)
    .map((each) => ({
      director: each,
      instance:
        each.state === undefined
          ? undefined
          : (knownValue(each.state.vrrp) ?? []).find((instance) => instance.name === name),
    }));
};

const HeldAddresses = ({ instance }: { instance: VrrpInstance }) => {
  const t = useTranslations("vrrp");
  return instance.addresses.map((address) => {
    const isRight = address.isHeld === (instance.state === "MASTER");
    return (
      <Fragment key={address.address}>
        <span className="nw">
          <span className="m">{address.address}</span>{" "}
          {address.isHeld ? t("on", { interface: address.interface }) : t("notHeld")}{" "}
          {isRight ? (
            <span className="st c-ok">
              <Glyph name="done" />
              <span className="vh">{t("asItShould")}</span>
            </span>
          ) : (
            <State glyph="warn" tone="down">
              {instance.isOrphaned ? t("orphaned") : t("notAsItShould")}
            </State>
          )}
        </span>
        <br />
      </Fragment>
    );
  });
};

const Elsewhere = (props: { director: FleetDirector; instance: VrrpInstance; peers: readonly Peer[] }) => {
  const { director, instance, peers } = props;
  const t = useTranslations("vrrp");
  const nowMs = useNow();
  const peer = peers[0];
  if (peer === undefined) return t("noPeer");
  const age = directorAge(peer.director, nowMs);
  if (!isUsable(age) || age.freshness === "never")
    return <span className="c-stale">{t("peerUnknown", { peer: peer.director.name })}</span>;
  const addresses = new Set(instance.addresses.map((each) => each.address));
  const held = peer.instance?.addresses.filter((each) => each.isHeld && addresses.has(each.address)) ?? [];
  if (held.length === 0) return t("notElsewhere", { peer: peer.director.name, age: printAge(age.ageMs) });
  // What this one held when it was last heard, it may have lost since.
  const onBoth =
    isUsable(directorAge(director, nowMs)) &&
    held.some((each) => instance.addresses.some((own) => own.address === each.address && own.isHeld));
  return (
    <span className={onBoth ? "c-down" : undefined}>
      {t("heldBy", { peer: peer.director.name, addresses: held.map((each) => each.address).join(", ") })}
    </span>
  );
};
