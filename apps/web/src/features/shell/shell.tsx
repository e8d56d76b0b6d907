"use client";
import { useTranslations } from "next-intl";
import { useMemo, useState, type ReactNode } from "react";
import { Finder } from "./finder.tsx";
import { useKeyboard } from "./keyboard.ts";
import { Shortcuts } from "./shortcuts.tsx";
import { BottomBar, TopBar } from "./top-bar.tsx";
import { TruthLine } from "./truth-line.tsx";

/** Bar, line of truth, page, bottom bar: the frame of every screen of a signed-in person. */
export const Shell = ({ children }: { children: ReactNode }) => {
  const t = useTranslations("nav");
  const [isFinding, setFinding] = useState(false);
  const [isListing, setListing] = useState(false);
  const actions = useMemo(() => ({ find: () => setFinding(true), list: () => setListing(true) }), []);
  useKeyboard(actions);
  return (
    <>
      <a className="vh skip" href="#main">
        {t("skip")}
      </a>
      <TopBar onFind={actions.find} />
      <TruthLine />
      {children}
      <BottomBar />
      <Finder isOpen={isFinding} onOpenChange={setFinding} />
      <Shortcuts isOpen={isListing} onOpenChange={setListing} />
    </>
  );
};
