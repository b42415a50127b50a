import { ActionIcon, Popover, Text } from "@mantine/core";
import { measures, type MeasureName } from "../measures/measures";
import { Icon } from "./Icon";

/** The formula of a measure, one key away. */
export function Help({ of }: { of: MeasureName }) {
  const measure = measures[of];
  return (
    <Popover width={320} position="bottom-start" shadow="md" withinPortal>
      <Popover.Target>
        <ActionIcon variant="subtle" size="sm" color="gray" aria-label={`How is ${measure.name} computed?`}>
          <Icon name="help" size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text fw={600} size="sm">
          {measure.name}
        </Text>
        <Text size="sm" mt={4}>
          {measure.formula}
        </Text>
        {measure.note ? (
          <Text size="xs" mt={8} className="quiet">
            {measure.note}
          </Text>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
