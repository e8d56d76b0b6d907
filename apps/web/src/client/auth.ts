/** better-auth's own endpoints for the session; everything else about people is a procedure. */

export type SignIn =
  | { readonly outcome: "done" }
  | { readonly outcome: "refused" | "tooMany" | "failed"; readonly detail: string };

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

export const signIn = async (email: string, password: string): Promise<SignIn> => {
  try {
    const response = await post("sign-in/email", { email, password });
    if (response.ok) return { outcome: "done" };
    const detail = `HTTP ${response.status}`;
    if (response.status === 429) return { outcome: "tooMany", detail };
    return { outcome: response.status === 401 || response.status === 403 ? "refused" : "failed", detail };
  } catch (error) {
    return { outcome: "failed", detail: error instanceof Error ? error.message : String(error) };
  }
};

export const signOut = async (): Promise<void> => {
  await post("sign-out", {});
};
