import { failureOf, unreachable } from "../client.ts";
import { forgetPurposes } from "../purpose.tsx";

/** Lets a person in by name and password. */
export async function logIn(name: string, password: string): Promise<void> {
  await post("/login", { name, password });
}

/** Ends the session, here and on the server. */
export async function logOut(): Promise<void> {
  // A server that does not answer has ended, and its sessions with it.
  await post("/logout", {}).catch(() => undefined);
  forgetPurposes();
  location.assign("/");
}

/** Shows the page of the address anew, as whoever is let in now: nothing of another person stays. */
export function begin(): void {
  forgetPurposes();
  if (new URLSearchParams(location.search).has("login")) location.replace("/");
  else location.reload();
}

/** Asks one of the doors, which are no operations. */
export async function post(path: string, body: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}
