"use client";
import { signOut } from "@/client/auth.ts";
import { printClock, printOffset } from "@/client/format.ts";
import { useFleet, useNow } from "@/client/live.tsx";
import { setPreference, toggleTheme } from "@/client/preferences.ts";
import { useUser } from "@/client/user.tsx";
import { DropdownMenu } from "radix-ui";
import { useLocale, useTranslations } from "next-intl";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";

interface Place {
  readonly href: string;
  readonly word: "fleet" | "connections" | "runs" | "events" | "realServers" | "audit" | "users";
  readonly paths: readonly string[];
}

const places: readonly Place[] = [
  { href: "/", word: "fleet", paths: ["/directors", "/clusters", "/enrol"] },
  { href: "/connections", word: "connections", paths: ["/connections"] },
  { href: "/runs", word: "runs", paths: ["/runs"] },
  { href: "/events", word: "events", paths: ["/events"] },
  { href: "/real-servers", word: "realServers", paths: ["/real-servers"] },
];

const adminPlaces: readonly Place[] = [
  { href: "/audit", word: "audit", paths: ["/audit"] },
  { href: "/users", word: "users", paths: ["/users"] },
];

const usePlaces = (): readonly Place[] => (useUser().role === "admin" ? [...places, ...adminPlaces] : places);

const isHere = (place: Place, path: string): boolean =>
  path === place.href || place.paths.some((each) => path.startsWith(each));

const PlaceLinks = () => {
  const t = useTranslations("nav");
  const path = usePathname();
  const open = useFleet()?.runs.filter((run) => run.endedAtMs === undefined).length ?? 0;
  return usePlaces().map((place) => (
    <Link key={place.href} href={place.href} aria-current={isHere(place, path) ? "page" : undefined}>
      <span>
        {t(place.word)}
        {place.word === "runs" && open > 0 ? <span className="cnt">{open}</span> : null}
      </span>
    </Link>
  ));
};

export const TopBar = ({ onFind }: { onFind: () => void }) => {
  const t = useTranslations("nav");
  return (
    <header className="top">
      <Link className="brand bare" href="/">
        LVS Console
      </Link>
      <nav aria-label={t("label")}>
        <PlaceLinks />
      </nav>
      <div className="end">
        <button type="button" className="find" onClick={onFind}>
          {t("find")}
          <kbd className="right">/</kbd>
        </button>
        <ConsoleClock />
        <UserMenu />
        <button type="button" className="btn small" onClick={toggleTheme}>
          {t("theme")}
        </button>
      </div>
    </header>
  );
};

export const BottomBar = () => {
  const t = useTranslations("nav");
  return (
    <nav className="bot" aria-label={t("bottomLabel")}>
      <PlaceLinks />
    </nav>
  );
};

/** The one place where the offset from UTC stands. Drawn in the browser only: the server does not know its time zone. */
const ConsoleClock = () => {
  const nowMs = useNow(1_000);
  const [isMounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  if (!isMounted) return <time className="nw" />;
  return (
    <time className="nw">
      {printClock(nowMs)} <span className="qq">{printOffset(new Date(nowMs))}</span>
    </time>
  );
};

const initials = (name: string): string =>
  name
    .split(/\s+/u)
    .map((word) => word.slice(0, 1))
    .join("")
    .slice(0, 2);

const UserMenu = () => {
  const t = useTranslations("nav");
  const roles = useTranslations("roles");
  const user = useUser();
  const router = useRouter();
  const locale = useLocale();
  const speak = (next: string): void => {
    setPreference("locale", next);
    router.refresh();
  };
  const leave = (): void => {
    void signOut().then(() => location.assign("/sign-in"));
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="btn small" aria-label={user.name}>
        <span className="hide-s">{user.name}</span>
        <span className="only-s">{initials(user.name)}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Label className="menu-label">
            {user.email}, {roles(user.role)}
          </DropdownMenu.Label>
          <DropdownMenu.Item className="menu-item" onSelect={() => speak(locale === "en" ? "zh-CN" : "en")}>
            {locale === "en" ? "中文" : "English"}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => router.push("/account")}>
            {t("account")}
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={leave}>
            {t("signOut")}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};
