import { NumberInput, Slider } from "@mantine/core";
import { useEffect, useState } from "react";
import type { MeasureName } from "../../measures/measures";
import { Help } from "../../ui/Help";
import css from "./WhatIf.module.css";

interface OptionSliderProps {
  label: string;
  measure: MeasureName;
  value: number;
  /** As it is configured: where the slider's bar begins. */
  usual: number;
  /** The slider's ends; the field beside it takes everything that may be asked. */
  from: number;
  to: number;
  step: number;
  least: number;
  most: number;
  suffix?: string;
  /** What the slider's last place means, where that is no figure. */
  atTheEnd?: string;
  say: (value: number) => string;
  onChange: (value: number) => void;
}

/** One option: a slider for the hand, a field for the exact figure. */
export function OptionSlider(props: OptionSliderProps) {
  const { label, measure, value, usual, from, to, step, atTheEnd, onChange } = props;
  const say = (of: number) => (atTheEnd !== undefined && of >= to ? atTheEnd : props.say(of));
  const within = (wanted: number) => Math.min(to, Math.max(from, wanted));
  return (
    <div className={css["option"]}>
      <div className={css["name"]}>
        <span>{label}</span>
        <Help of={measure} />
        <Exact {...props} />
      </div>
      <Slider
        thumbLabel={label}
        thumbValueText={say(value)}
        label={say}
        min={from}
        max={to}
        step={step}
        value={within(value)}
        startPointValue={within(usual)}
        marks={[{ value: within(usual) }]}
        onChange={onChange}
      />
    </div>
  );
}

function Exact({ label, value, to, step, least, most, suffix, atTheEnd, onChange }: OptionSliderProps) {
  // While a figure is typed its beginning may be out of range: that one is not asked for.
  const shown = atTheEnd !== undefined && value >= to ? "" : value;
  const [typed, setTyped] = useState<number | string>(shown);
  useEffect(() => setTyped(shown), [shown]);
  return (
    <NumberInput
      size="xs"
      w={120}
      className={css["exact"] ?? ""}
      aria-label={`${label}, exactly`}
      value={typed}
      min={least}
      max={most}
      step={step}
      decimalScale={2}
      thousandSeparator=","
      {...(suffix ? { suffix } : {})}
      {...(atTheEnd ? { placeholder: atTheEnd } : {})}
      onBlur={() => setTyped(shown)}
      onChange={(next) => {
        setTyped(next);
        if (typeof next === "number" && next >= least && next <= most && next !== value) onChange(next);
      }}
    />
  );
}
