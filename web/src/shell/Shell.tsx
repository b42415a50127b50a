import { ActionIcon, Drawer, Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import { useScope } from "../api/catalog";
import { useNetwork } from "../api/network";
import { useParam } from "../filters/useFilters";
import { useSession } from "../session/session";
import { Icon } from "../ui/Icon";
import { keptText, useAge } from "../ui/Stamp";
import { PageLink } from "../ui/PageLink";
import { StoreZones } from "../ui/zones";
import { FilterBar } from "./FilterBar";
import { HeldActs } from "./HeldActs";
import { useKeys } from "./keys";
import { KeysDialog } from "./KeysDialog";
import { Palette, openPalette } from "./Palette";
import { pageAt, pages, phonePagesOf } from "./pages";
import { useViews } from "./views";
import { useWall } from "./wall";
import css from "./Shell.module.css";

/** Navigation, filters and search around every page. */
export function Shell() {
  const [menu, { open, close }] = useDisclosure();
  const [keys, { open: showKeys, close: hideKeys }] = useDisclosure();
  const [wall, setWall] = useParam("wall");
  const leaveWall = useCallback(() => {
    setWall(null);
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  }, [setWall]);
  const { session } = useSession();
  const { zones } = useScope();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = pageAt(path);
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const main = useRef<HTMLElement>(null);
  useKeys(showKeys);
  useWall(Boolean(wall), leaveWall);
  useEffect(() => {
    close();
    hideKeys();
  }, [path, close, hideKeys]);
  useEffect(() => {
    document.title = page ? `${page.title} – shelfcast` : "shelfcast";
  }, [page]);

  return (
    <div className={`${css["shell"]} ${wall ? css["wall"] : ""}`}>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        To the content
      </a>
      {wall || phone ? null : (
        <nav className={css["nav"]} aria-label="Pages">
          <Brand />
          <Links />
        </nav>
      )}
      <div className={css["page"]}>
        <section className={css["bar"]} aria-label="Page and tools">
          {phone && !wall ? <Brand short /> : null}
          <h1 className={css["title"]}>{page?.title ?? "shelfcast"}</h1>
          <div className={css["tools"]}>
            {wall ? (
              <ActionIcon variant="subtle" aria-label="Leave wall mode" onClick={leaveWall}>
                <Icon name="close" />
              </ActionIcon>
            ) : (
              <>
                <button type="button" className={css["search"]} onClick={openPalette}>
                  <Icon name="search" size={16} />
                  <span>Search</span>
                  <kbd>Ctrl K</kbd>
                </button>
                <SchemeSwitch />
                <MoreMenu
                  onWall={() => {
                    setWall("1");
                    void document.documentElement.requestFullscreen?.().catch(() => undefined);
                  }}
                />
              </>
            )}
          </div>
        </section>
        {page && page.filters.length > 0 && !wall ? <FilterBar page={page} /> : null}
        <main id="main" ref={main} tabIndex={-1} className={css["main"]}>
          <Away />
          <NotOut />
          <StoreZones value={zones}>
            <Outlet />
          </StoreZones>
        </main>
      </div>
      {phone && !wall ? (
        <nav className={css["tabs"]} aria-label="Pages">
          {phonePagesOf(session?.role).map((one) => (
            <PageLink key={one.path} to={one.path} className={css["tab"]} activeClassName={css["on"]}>
              <Icon name={one.icon} size={20} />
              <span>{one.short}</span>
            </PageLink>
          ))}
          <button type="button" className={css["tab"]} onClick={open}>
            <Icon name="menu" size={20} />
            <span>More</span>
          </button>
        </nav>
      ) : null}
      <Drawer
        opened={menu}
        onClose={close}
        size={280}
        title="Pages"
        lockScroll={false}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Links />
      </Drawer>
      <Palette showKeys={showKeys} />
      <KeysDialog opened={keys} onClose={hideKeys} />
      <HeldActs />
    </div>
  );
}

/** That figures are those of before, and that nothing can be decided. */
function Away() {
  const { isAway, keptAt } = useNetwork();
  const age = useAge(keptAt ? Date.parse(keptAt) : 0);
  if (!isAway) return null;
  return (
    <p className={css["away"]} role="status" data-away={keptAt ?? ""}>
      ▲ {keptAt ? keptText(keptAt, age) : "shelfcast does not answer"}. Nothing can be decided until it
      answers again.
    </p>
  );
}

/** That somebody is still signed in who thinks not. */
function NotOut() {
  const { notOut } = useSession();
  return notOut === null ? null : (
    <p className={css["notice"]} role="alert">
      ■ {notOut}
    </p>
  );
}

function Brand({ short }: { short?: boolean }) {
  return (
    <PageLink to="/home" className={css["brand"]} label="shelfcast, to the home page">
      <img src="/icon.svg" alt="" width={24} height={24} />
      {short ? null : <span>shelfcast</span>}
    </PageLink>
  );
}

function Links() {
  const views = useViews();
  return (
    <>
      <ul className="bare">
        {pages.map((one) => (
          <li key={one.path}>
            <PageLink to={one.path} className={css["link"]} activeClassName={css["on"]}>
              <Icon name={one.icon} />
              <span>{one.title}</span>
            </PageLink>
          </li>
        ))}
      </ul>
      {views.all.length > 0 ? (
        <>
          <p className={css["group"]}>Saved views</p>
          <ul className="bare">
            {views.all.map((view) => (
              <li key={view.url} className={css["view"]}>
                <a className={css["link"]} href={view.url}>
                  <Icon name="bookmark" />
                  <span className="clip">{view.name}</span>
                </a>
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={`Forget ${view.name}`}
                  onClick={() => views.forget(view.url)}
                >
                  <Icon name="close" size={14} />
                </ActionIcon>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={`Switch to ${other}`}
      onClick={() => setColorScheme(other)}
    >
      <Icon name={scheme === "dark" ? "sun" : "moon"} />
    </ActionIcon>
  );
}

function MoreMenu({ onWall }: { onWall: () => void }) {
  const { session, signOut } = useSession();
  const views = useViews();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="You and this view">
          <Icon name="user" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {session ? (
          <Menu.Label>
            {session.user}, {session.role.replaceAll("_", " ")}
          </Menu.Label>
        ) : null}
        <Menu.Item
          leftSection={<Icon name="bookmark" size={16} />}
          onClick={() =>
            views.keep(document.title.replace(" – shelfcast", ""), location.pathname + location.search)
          }
        >
          Save this view
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="wall" size={16} />} onClick={onWall}>
          Wall mode
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
