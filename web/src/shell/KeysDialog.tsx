import { Modal } from "@mantine/core";
import { keyGroups } from "./keyList";
import css from "./KeysDialog.module.css";

/** What can be done without a mouse. */
export function KeysDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Keys"
      size="lg"
      lockScroll={false}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={css["groups"]}>
        {keyGroups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className={css["title"]}>{group.title}</h3>
            <dl>
              {group.keys.map(({ key, does }) => (
                <div key={key} className={css["line"]}>
                  <dt>
                    <kbd className={css["key"]}>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
