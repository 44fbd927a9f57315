import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { LoginPage } from "../pages/login.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { finishSignIn, isLinking } from "./sign-in.ts";

/** What somebody sees who comes back from the sign-in provider, until it is known who it is. */
export function SignInAnswer({ answer }: { answer: string }) {
  const { data: next, error } = useQuery({
    queryKey: ["sign-in", answer],
    queryFn: () => finishSignIn(answer),
    // An answer is good for once.
    staleTime: Number.POSITIVE_INFINITY,
  });
  // It is nobody's to find in the history, and no reload sends it again.
  useEffect(() => history.replaceState(null, "", "/"), []);
  useEffect(() => {
    if (next !== undefined) location.replace(next);
  }, [next]);
  if (error === null) return <Loading what="Looking at what the provider says" />;
  if (!isLinking(answer)) return <LoginPage error={error} />;
  return (
    <main className="mx-auto flex min-h-full max-w-xl flex-col justify-center gap-3 p-6">
      <title>Link an account · Holdfast</title>
      <h1 className="text-xl font-semibold">The account is not linked</h1>
      <Failed error={error} />
      <p>
        <a className="link" href="/">
          Go on without it
        </a>
      </p>
    </main>
  );
}
