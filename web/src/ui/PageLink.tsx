import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { keepFilters, type Search } from "../filters/useFilters";

interface PageLinkProps {
  to: string;
  /** Parameters beside the filters, which go along. */
  search?: Search;
  className?: string | undefined;
  activeClassName?: string | undefined;
  label?: string;
  children: ReactNode;
}

/** A link to another page that takes the filters along. */
export function PageLink({ to, search, className, activeClassName, label, children }: PageLinkProps) {
  const props = {
    to,
    search: (before: Search) => ({ ...keepFilters(before), ...search }),
    ...(className ? { className } : {}),
    ...(activeClassName ? { activeProps: { className: activeClassName } } : {}),
    activeOptions: { includeSearch: false },
  } as unknown as LinkProps;
  return (
    <Link {...props} {...(label ? { "aria-label": label } : {})}>
      {children}
    </Link>
  );
}

/** To what a figure is made of in the end: one product in one store. */
export function ProductLink({
  product,
  store,
  children,
}: {
  product: string;
  store?: number | undefined;
  children?: ReactNode;
}) {
  return (
    <PageLink to="/product" search={{ product, ...(store ? { store: String(store) } : {}) }}>
      {children ?? product}
    </PageLink>
  );
}
