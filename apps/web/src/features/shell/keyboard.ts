"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

/**
 * The keys of the design. Rows say themselves what they are: `data-row` can be walked to, `data-href` is opened by Enter; a page
 * that can be compared says where with `data-compare`. No key acts on a cluster.
 */
export const useKeyboard = (actions: { readonly find: () => void; readonly list: () => void }): void => {
  const router = useRouter();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      switch (event.key) {
        case "/":
          event.preventDefault();
          actions.find();
          return;
        case "?":
          event.preventDefault();
          actions.list();
          return;
        case "j":
        case "k":
          walk(event.key === "j" ? 1 : -1);
          return;
        case "c":
          open(document.querySelector("[data-compare]")?.getAttribute("data-compare"), router.push);
          return;
        case "Enter":
          if (event.target instanceof HTMLElement) open(event.target.getAttribute("data-href"), router.push);
          return;
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [actions, router]);
};

const open = (href: string | null | undefined, push: (href: string) => void): void => {
  if (href !== null && href !== undefined) push(href);
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.closest("input, textarea, select, [role=dialog], [role=alertdialog], [role=menu]") !== null ||
    target.isContentEditable);

const walk = (step: 1 | -1): void => {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const active = document.activeElement;
  const here = rows.findIndex((row) => row === active || row.contains(active));
  const next = here === -1 ? (step === 1 ? 0 : rows.length - 1) : here + step;
  const row = rows[next];
  if (row === undefined) return;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
};
