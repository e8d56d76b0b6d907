"use client";
import type { Fleet } from "@lvs/core/fleet/model";
import { knownValue } from "@lvs/core/director/fact";
import { parseAddress } from "@lvs/core/net/address";
import { useFleet } from "@/client/live.tsx";
import { Dialog } from "radix-ui";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useMemo, useState } from "react";

interface Found {
  readonly key: string;
  readonly text: string;
  readonly kind: "cluster" | "director" | "vip" | "realServer" | "run" | "client";
  readonly where: string;
  readonly href: string;
}

const mostShown = 40;

/** Everything that has a page, by any part of its name or address. */
export const Finder = (props: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) => {
  const t = useTranslations("finder");
  const fleet = useFleet();
  const [text, setText] = useState("");
  const all = useMemo(() => (fleet === undefined ? [] : listAll(fleet)), [fleet]);
  const needle = text.trim().toLowerCase();
  const found = [
    ...all.filter((each) => `${each.text} ${each.where}`.toLowerCase().includes(needle)),
    ...asClient(needle, t("whoServes")),
  ];
  const close = (): void => props.onOpenChange(false);
  return (
    <Dialog.Root open={props.isOpen} onOpenChange={props.onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title className="dialog-title">{t("title")}</Dialog.Title>
          <input
            className="finder"
            aria-label={t("label")}
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={t("placeholder")}
          />
          <div className="finder-list">
            {found.slice(0, mostShown).map((each) => (
              <Link key={each.key} href={each.href} onClick={close}>
                <span className="m">{each.text}</span>
                <span className="q sm">
                  {t(`kind.${each.kind}`)} {each.where}
                </span>
              </Link>
            ))}
          </div>
          <p className="q sm" role="status">
            {t("count", { count: found.length })}
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

/** Any address may be a client's: who serves it is a question to the directors. */
const asClient = (text: string, where: string): Found[] => {
  const address = parseAddress(text);
  if (address === undefined) return [];
  const href = `/connections?client=${encodeURIComponent(address)}`;
  return [{ key: `client ${address}`, text: address, kind: "client", where, href }];
};

const listAll = (fleet: Fleet): Found[] => {
  const nameOf = (clusterId: string): string =>
    fleet.clusters.find((cluster) => cluster.id === clusterId)?.name ?? "";
  const directors = fleet.directors.map((each) => ({
    key: `director ${each.id}`,
    text: each.name,
    kind: "director" as const,
    where: `${nameOf(each.clusterId)} ${each.address}`,
    href: `/directors/${each.id}`,
  }));
  const clusters = fleet.clusters.map((each) => ({
    key: `cluster ${each.id}`,
    text: each.name,
    kind: "cluster" as const,
    where: "",
    href: `/?cluster=${each.id}`,
  }));
  const realServers = fleet.realServers.map((each) => ({
    key: `rs ${each.id}`,
    text: each.address,
    kind: "realServer" as const,
    where: `${each.name} ${nameOf(each.clusterId)}`,
    href: "/real-servers",
  }));
  const runs = fleet.runs.map((each) => ({
    key: `run ${each.id}`,
    text: String(each.number),
    kind: "run" as const,
    where: `${each.plan.subject} ${each.plan.clusterName}`,
    href: `/runs/${each.id}`,
  }));
  return [...clusters, ...directors, ...listVips(fleet, nameOf), ...realServers, ...runs];
};

const listVips = (fleet: Fleet, nameOf: (clusterId: string) => string): Found[] => {
  const vips = new Map<string, Found>();
  for (const director of fleet.directors)
    for (const instance of director.state === undefined ? [] : (knownValue(director.state.vrrp) ?? []))
      for (const { address } of instance.addresses)
        vips.set(`${director.clusterId} ${address}`, {
          key: `vip ${director.clusterId} ${address}`,
          text: address,
          kind: "vip",
          where: `${instance.name} ${nameOf(director.clusterId)}`,
          href: `/?cluster=${director.clusterId}`,
        });
  return [...vips.values()];
};
