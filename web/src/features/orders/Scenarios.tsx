import { Autocomplete, Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useHeldActs } from "../../acts/held";
import { keepScenario, removeScenario, scenarioKey, useScenarios } from "./useWhatIf";
import type { Options } from "./whatIf";
import css from "./WhatIf.module.css";

interface ScenariosProps {
  /** What would be kept: every slider, so that another configuration does not change what was meant. */
  options: Options;
  onLoad: (options: Options) => void;
}

/** What-if questions by name: chosen, kept, removed. */
export function Scenarios({ options, onLoad }: ScenariosProps) {
  const client = useQueryClient();
  const scenarios = useScenarios();
  const held = useHeldActs();
  const [name, setName] = useState("");
  const [told, setTold] = useState<{ of: string; problem: boolean; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const removed = new Set(held.filter((act) => act.state !== "failed").flatMap((act) => act.keys));
  const known = (scenarios.data?.scenarios ?? []).filter((one) => !removed.has(scenarioKey(one.name)));
  const wanted = name.trim();
  const exists = known.some((one) => one.name === wanted);

  const load = (chosen: string) => {
    const found = known.find((one) => one.name === chosen);
    setName(chosen);
    setTold(found ? { of: chosen, problem: false, text: `Loaded ${chosen}.` } : null);
    if (found) onLoad(found.options);
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === "") return;
    setBusy(true);
    keepScenario(wanted, options)
      .then(() => {
        setTold({ of: wanted, problem: false, text: `${exists ? "Replaced" : "Saved"} ${wanted}.` });
        return client.invalidateQueries({ queryKey: ["orders", "scenarios"] });
      })
      .catch((error: unknown) =>
        setTold({ of: wanted, problem: true, text: error instanceof Error ? error.message : String(error) }),
      )
      .finally(() => setBusy(false));
  };
  return (
    <form className={css["scenarios"]} onSubmit={save} aria-label="Scenarios">
      <Autocomplete
        size="xs"
        label="Scenario"
        placeholder={known.length > 0 ? "Choose one, or name a new one" : "Name what the sliders say"}
        maxLength={100}
        limit={100}
        data={known.map((one) => one.name)}
        value={name}
        onChange={(value) => {
          setName(value);
          // What is chosen from the list comes here too: what was said of it stays.
          setTold((told) => (told?.of === value ? told : null));
        }}
        onOptionSubmit={load}
        error={told?.problem ? told.text : (scenarios.error?.message ?? null)}
      />
      <Button size="xs" variant="default" type="submit" loading={busy} disabled={wanted === ""}>
        {exists ? "Replace" : "Save"}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={!exists}
        onClick={() => {
          removeScenario(wanted);
          setName("");
          setTold(null);
        }}
      >
        Remove
      </Button>
      <p className={css["told"]} role="status">
        {told && !told.problem ? told.text : ""}
      </p>
    </form>
  );
}
