// The icons, drawn on a grid of 24 with one line width.
const paths = {
  home: "M4 11 12 4l8 7M6 9.500V20h12V9.500M10 20v-6h4v6",
  live: "M3 12h4l3-7 4 14 3-7h4",
  history: "M4 19V5M4 19h16M7 15l4-5 3 3 5-7",
  inventory: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  forecasts: "M4 18c4 0 4-9 8-9s4 4 8 4M15 17h.01M18 19h.01M18 15h.01",
  orders: "M6 4h12v16H6zM9 9h6M9 13h6M9 17h3",
  anomalies: "M12 4 3 20h18zM12 10v5M12 17.500v.500",
  executive: "M5 20V10M12 20V4M19 20v-7",
  store: "M4 10v10h16V10M3 10l2-6h14l2 6zM9 20v-6h6v6",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.500 15.500 20 20",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400",
  moon: "M19 14.500A7.500 7.500 0 0 1 9.500 5 7.500 7.500 0 1 0 19 14.500z",
  help: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.800 9.700a2.300 2.300 0 1 1 3.300 2c-.8.400-1.100.9-1.100 1.800M12 16.300v.2",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  check: "M5 12.500 10 17 19 7",
  close: "M6 6l12 12M18 6 6 18",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  undo: "M8 5 4 9l4 4M4 9h9a5.500 5.500 0 0 1 0 11H9",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  left: "M15 6l-6 6 6 6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  table: "M4 5h16v14H4zM4 10h16M4 15h16M10 10v9",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 4M15.500 9h.01",
  filter: "M4 6h16M7 12h10M10 18h4",
  pause: "M9 6v12M15 6v12",
  play: "M8 5l11 7-11 7z",
  user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 20c1-4 4-5.500 7-5.500s6 1.500 7 5.500",
  menu: "M4 7h16M4 12h16M4 17h16",
  wall: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  bookmark: "M7 4h10v16l-5-4-5 4z",
  chart: "M4 20V4M4 20h16M8 20v-6M13 20V9M18 20v-9",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
