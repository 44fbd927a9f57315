import { HoldfastError } from "../../../src/core/base/index.ts";
import { call } from "../client.ts";
import { post } from "./session.ts";
import { useWaysIn } from "./sign-in.ts";

/** Whether passkeys work here: they belong to one name, never to an address, and to https. */
export type PasskeyPlace =
  | { readonly state: "ready" }
  | { readonly state: "elsewhere"; readonly address: string }
  | { readonly state: "none"; readonly why: string };

const NO_API = "this browser has no passkeys";

/** What this browser and the home can do at the address it shows; undefined until that is known. */
export function usePasskeyPlace(): PasskeyPlace | undefined {
  const { data } = useWaysIn();
  if (data === undefined) return undefined;
  const { origin, why } = data.passkeys;
  if (why !== null) return { state: "none", why };
  if (location.origin !== origin) {
    return { state: "elsewhere", address: origin + location.pathname + location.search };
  }
  const canAll =
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";
  return canAll ? { state: "ready" } : { state: "none", why: NO_API };
}

/** Makes a passkey and gives its public half to the home. */
export async function registerPasskey(label: string): Promise<void> {
  const { options } = await call("beginPasskey", {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  await call("addPasskey", { response: answerOf(made), label });
}

/** Lets in whoever has a passkey of this home. */
export async function logInByPasskey(): Promise<void> {
  const begun = await post("/login/passkey/begin", {});
  const { options } = (await begun.json()) as { options: PublicKeyCredentialRequestOptionsJSON };
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const given = await asked(() => navigator.credentials.get({ publicKey }));
  await post("/login/passkey", answerOf(given));
}

function answerOf(credential: Credential | null): Record<string, unknown> {
  if (credential instanceof PublicKeyCredential) return { ...credential.toJSON() };
  throw new HoldfastError("page/no-passkey", "the browser gave no passkey");
}

/** Browsers do not tell why in words: not allowed is also what was cancelled or took too long. */
async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    const says =
      name === "InvalidStateError"
        ? "this device has a passkey of yours for this home already"
        : name === "NotAllowedError"
          ? "no passkey was given: it was cancelled, took too long, or there is none for this home"
          : `the browser could not use a passkey: ${String(error)}`;
    throw new HoldfastError("page/no-passkey", says, { cause: error });
  }
}
