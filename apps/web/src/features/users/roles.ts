import type { Role } from "@/client/user.tsx";

export const roles: readonly Role[] = ["viewer", "operator", "admin"];

export const isRole = (text: string): text is Role => roles.some((role) => role === text);
