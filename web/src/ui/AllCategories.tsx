import { useFilters } from "../filters/useFilters";

/** For a panel whose figures are not kept by category: says so while one is chosen. */
export function AllCategories() {
  const [{ category }] = useFilters();
  return category ? <strong>All categories, not only {category}. </strong> : null;
}
