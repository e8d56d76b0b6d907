"use client";
import { Dialog } from "radix-ui";
import { useTranslations } from "next-intl";

const keys = [
  { key: "/", word: "find" },
  { key: "j", word: "next" },
  { key: "k", word: "previous" },
  { key: "Enter", word: "open" },
  { key: "c", word: "compare" },
  { key: "?", word: "list" },
] as const;

export const Shortcuts = (props: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) => {
  const t = useTranslations("shortcuts");
  return (
    <Dialog.Root open={props.isOpen} onOpenChange={props.onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title className="dialog-title">{t("title")}</Dialog.Title>
          <dl className="shortcuts">
            {keys.map((each) => (
              <div key={each.key} className="pairline">
                <dt>
                  <kbd>{each.key}</kbd>
                </dt>
                <dd>{t(each.word)}</dd>
              </div>
            ))}
          </dl>
          <p className="q sm">{t("confirm")}</p>
          <div className="dialog-foot">
            <Dialog.Close className="btn pri">{t("close")}</Dialog.Close>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
};
