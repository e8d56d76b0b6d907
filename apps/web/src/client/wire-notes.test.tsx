import type { FleetDirector } from "@lvs/core/fleet/model";
import type { RivalReading, WireItem, WireSource } from "@lvs/core/fleet/wire";
import { refusalReasons } from "@lvs/core/vrrp/refusal";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { SpeakersTable } from "@/features/directors/speakers-table.tsx";
import english from "@/messages/en.json" with { type: "json" };
import chinese from "@/messages/zh-CN.json" with { type: "json" };
import { WireNotes } from "./wire-notes.tsx";

const nowMs = new Date(2026, 10, 21, 14, 3, 0).getTime();
const director = (name: string, clusterId = "c1"): FleetDirector => ({
  id: name,
  name,
  clusterId,
  address: "192.0.2.1",
  port: 9443,
  connection: { status: "connected", sinceMs: 0 },
});
const [one, two] = [director("lvs-1"), director("lvs-2")];
const peer: WireSource = { address: "192.0.2.11", director: one };
const nobody: WireSource = { address: "192.0.2.99", director: undefined };
const base = { director: two, link: "eth0", sinceMs: nowMs - 42_000, instance: "VI_1", virtualRouterId: 51 };
const sources = [{ address: "192.0.2.12", director: two }, peer];
const second = (reading: RivalReading, reason?: string): WireItem => ({
  kind: "secondMaster",
  ...base,
  sources,
  reading,
  rival: reading === "unknown" ? undefined : peer,
  reason,
});
const stranger = (
  source: WireSource,
  part: { mayBePeer?: boolean; cluster?: string; reason?: string } = {},
): WireItem => ({
  kind: "stranger",
  ...base,
  source,
  priority: 250,
  addresses: ["192.0.2.64"],
  reason: part.reason,
  mayBePeer: part.mayBePeer ?? false,
  cluster: part.cluster,
});

/** The page's text, and what the catalogue could not say. */
const drawn = (node: React.ReactNode, locale: "en" | "zh-CN" = "en"): string => {
  const failures: string[] = [];
  const text = renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={locale === "en" ? english : chinese}
      timeZone="UTC"
      onError={(error) => failures.push(error.message)}
    >
      {node}
    </NextIntlClientProvider>,
  );
  expect(failures).toEqual([]);
  return text
    .replaceAll(/<[^>]+>/gu, " ")
    .replaceAll(/[\s\u202f]+/gu, " ")
    .trim();
};
const said = (item: WireItem, locale: "en" | "zh-CN" = "en") =>
  drawn(<WireNotes items={[item]} nowMs={nowMs} />, locale);

const every: readonly WireItem[] = [
  ...(["refused", "blockedHere", "notHeardThere", "unknown"] as const).map((reading) =>
    second(reading, "password"),
  ),
  stranger(nobody),
  stranger(nobody, { mayBePeer: true, reason: "address-list" }),
  stranger({ address: "192.0.2.77", director: director("web-1", "c2") }, { cluster: "web" }),
  stranger(peer, { cluster: "cdn" }),
  ...[...Object.keys(refusalReasons), "a-later-code"].flatMap((reason): WireItem[] => [
    { kind: "notBelieved", ...base, source: peer, reason },
    { kind: "refusedPackets", ...base, source: nobody, reason },
  ]),
  { kind: "otherInterval", ...base, source: peer, theirsMs: 3_000, ownMs: 1_000 },
  { kind: "deaf", director: two, link: "eth0", reason: "the interface is down" },
];

describe("what is wrong on the wire", () => {
  it("is said with what it is, why it matters, what to do and since when", () => {
    expect(said(second("blockedHere"))).toBe(
      "Two are MASTER of VI_1 (VRID 51): lvs-2 (192.0.2.12), lvs-1 (192.0.2.11). " +
        "lvs-1 (192.0.2.11) arrives at lvs-2, but its keepalived goes on: something on lvs-2 drops VRRP. " +
        "Clients reach one or the other by chance. " +
        "Look on lvs-2 for a firewall rule against IP protocol 112 or 224.0.0.18. 14:02:18",
    );
    expect(said(stranger(nobody))).toContain(
      "192.0.2.99 speaks for VI_1 (VRID 51) with priority 250 and is no director",
    );
    expect(said(stranger(nobody, { mayBePeer: true }))).toContain("If it is the second director, enrol it");
    expect(said({ kind: "notBelieved", ...base, source: peer, reason: "password" })).toContain(
      "Set the same auth_pass on both.",
    );
  });

  it("has every sentence in both languages, whatever the reason, also one that a newer agent gives", () => {
    for (const locale of ["en", "zh-CN"] as const)
      for (const item of every) {
        const text = said(item, locale);
        expect(text).not.toMatch(/[{}]|wire\.|refusals\./u);
        expect(text.length).toBeGreaterThan(30);
      }
  });
});

describe("who speaks", () => {
  const row = (part: object) => ({
    source: peer,
    lastHeardMs: nowMs - 400,
    speakingSinceMs: nowMs - 60_000,
    speaker: {
      link: "eth0",
      virtualRouterId: 51,
      instance: "VI_1",
      source: "192.0.2.11",
      version: 2 as const,
      priority: 180,
      advertIntervalMs: 1_000,
      addresses: ["192.0.2.64"],
      addressCount: 3,
      authentication: "password" as const,
      isSpeaking: true,
      firstHeardMs: 0,
      speakingSinceMs: 0,
      lastHeardMs: 0,
      adverts: 1_234,
      ...part,
    },
  });
  const line = (part: object) =>
    drawn(<SpeakersTable rows={[row(part)]} nowMs={nowMs} />).split("Believed ")[1];

  it("is a line with all that its adverts say, and whether it is believed", () => {
    expect(line({})).toBe(
      "lvs-1 (192.0.2.11) 51 VI_1 eth0 v2 180 1.0 s 192.0.2.64 +2 14:02:00 0.4 s ago 1,234 adverts believed",
    );
    expect(line({ disagreement: "interval" })).toContain("not believed: another advert_int");
    expect(line({ instance: undefined })).toContain("no instance of this director");
    expect(line({ isSpeaking: false })).toContain("silent");
    expect(line({ isSpeaking: false, priority: 0 })).toContain("took its leave");
  });
});

describe("a crowd of made-up senders", () => {
  const crowd = Array.from({ length: 40 }, (_, index) =>
    stranger({ address: `203.0.113.${index}`, director: undefined }),
  );

  it("stands behind the second MASTER, and is some of them and their number", () => {
    const text = drawn(<WireNotes items={[...crowd, second("unknown")]} nowMs={nowMs} />);
    expect(text).toMatch(/^Two are MASTER of VI_1/u);
    expect(text.match(/203\.0\.113\.\d+ speaks/gu)).toHaveLength(5);
    expect(text).toContain("35 more like these are found on the wire now.");
  });

  it("among the MASTERs leaves the directors named, first", () => {
    const among: WireItem = {
      kind: "secondMaster",
      ...base,
      sources: [...crowd.flatMap((item) => ("source" in item ? [item.source] : [])), ...sources],
      reading: "unknown",
      rival: undefined,
      reason: undefined,
    };
    expect(said(among)).toContain("lvs-2 (192.0.2.12), lvs-1 (192.0.2.11), 203.0.113.0, 203.0.113.1, …");
  });
});
