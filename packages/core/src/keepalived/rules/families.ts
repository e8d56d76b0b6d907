export type Family = "inet" | "inet6";

/** The family of an address in its canonical form. */
export const familyOfAddress = (address: string): Family => (address.includes(":") ? "inet6" : "inet");

/** "IPv4" or "IPv6". */
export const nameOfFamily = (family: Family): string => (family === "inet" ? "IPv4" : "IPv6");
