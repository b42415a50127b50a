import { Tabs } from "@mantine/core";
import { useParam } from "../../filters/useFilters";
import { Proposals } from "./Proposals";
import { PurchaseOrders } from "./PurchaseOrders";
import { WhatIf } from "./WhatIf";

/** From proposals to goods on the shelf. */
export default function OrdersPage() {
  const [part, setPart] = useParam("part");
  return (
    <Tabs
      value={part ?? "proposals"}
      onChange={(value) => setPart(value === "proposals" ? null : value)}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="proposals">Proposals</Tabs.Tab>
        <Tabs.Tab value="orders">Purchase orders</Tabs.Tab>
        <Tabs.Tab value="what_if">What if</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="proposals">
        <Proposals />
      </Tabs.Panel>
      <Tabs.Panel value="orders">
        <PurchaseOrders />
      </Tabs.Panel>
      <Tabs.Panel value="what_if">
        <WhatIf />
      </Tabs.Panel>
    </Tabs>
  );
}
