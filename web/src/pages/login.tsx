/** What somebody sees who is not logged in: how to get a link. */
export function LoginPage({ isUsed }: { isUsed: boolean }) {
  return (
    <main className="mx-auto flex h-full max-w-xl flex-col justify-center p-6">
      <title>Log in · Holdfast</title>
      <h1 className="text-xl font-semibold">Holdfast</h1>
      {isUsed ? (
        <p role="alert" className="mt-3 rounded bg-amber-wash px-3 py-2 text-amber">
          This login link was used already, or is not one of this server. A link works once.
        </p>
      ) : (
        <p className="mt-3">You are not logged in here.</p>
      )}
      <p className="mt-3">
        Open the link that <span className="mono">holdfast</span> printed when it started. For
        another one, type this on the machine where it runs:
      </p>
      <pre className="pane mono mt-2 p-3 select-all">holdfast serve --link</pre>
      <p className="mt-3 text-muted">
        There is no password: whoever may use the home on that machine may print a link. A session
        lasts twelve hours and ends with the server.
      </p>
    </main>
  );
}
