"use client";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";

/** Puts the text that is true at the click into the clipboard and says so in its own words for two seconds. */
export const CopyButton = (props: { text: () => string; label: string; done: string; failed: string }) => {
  const [outcome, setOutcome] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (outcome === "idle") return undefined;
    const timer = setTimeout(() => setOutcome("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    void copyText(props.text()).then((isCopied) => setOutcome(isCopied ? "done" : "failed"));
  };
  const words = { idle: props.label, done: props.done, failed: props.failed };
  return (
    <Button onClick={copy}>
      <span aria-live="polite">{words[outcome]}</span>
    </Button>
  );
};

/**
 * `navigator.clipboard` exists only on https and localhost; a console reached by its plain address still has to copy, so the older
 * command on a selected text area stands in.
 */
const copyText = async (text: string): Promise<boolean> => {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  return isCopied;
};
