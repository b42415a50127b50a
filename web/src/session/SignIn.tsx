import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useSession } from "./session";
import css from "./SignIn.module.css";

/** Asks who is there; after it the page that was asked for is shown. */
export function SignIn() {
  const { signIn } = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    signIn(String(form.get("name")), String(form.get("password")))
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <main className={css["page"]}>
      <form className={css["card"]} onSubmit={submit}>
        <div className={css["brand"]}>
          <img src="/icon.svg" alt="" width={36} height={36} />
          <h1>shelfcast</h1>
        </div>
        <p className="quiet">What runs out, what to order, what sold.</p>
        {problem ? (
          <Alert color="red" variant="light" role="alert" title="Not signed in">
            {problem}
          </Alert>
        ) : null}
        <TextInput
          label="Name"
          name="name"
          autoComplete="username"
          required
          withAsterisk={false}
          maxLength={256}
          autoFocus
          size="md"
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          maxLength={1024}
          size="md"
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
        />
        <Button type="submit" loading={busy} size="md" fullWidth>
          Sign in
        </Button>
        <p className="quiet small">
          Your name and password are the ones of the SQL gateway. An administrator makes them:{" "}
          <code>shelfcast users add</code>.
        </p>
      </form>
    </main>
  );
}
