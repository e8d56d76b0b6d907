"use client";
import { useTranslations } from "next-intl";
import { createContext, useContext, type ReactNode } from "react";

export type Role = "viewer" | "operator" | "admin";

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

const UserContext = createContext<User | undefined>(undefined);

export const UserProvider = (props: { user: User; children: ReactNode }) => (
  <UserContext value={props.user}>{props.children}</UserContext>
);

export const useUser = (): User => {
  const user = useContext(UserContext);
  if (user === undefined) throw new Error("useUser outside UserProvider");
  return user;
};

const ladder: readonly Role[] = ["viewer", "operator", "admin"];

/** Why this person may not do it, in words beside the button; undefined: they may. The server decides again. */
export const useRefusal = (needed: Role): string | undefined => {
  const user = useUser();
  const t = useTranslations("roles");
  if (ladder.indexOf(user.role) >= ladder.indexOf(needed)) return undefined;
  return t("refused", { role: t(user.role), needed: t(needed) });
};
