/** What every page loads: htmx for its parts, Alpine for what a part does by itself, one socket for what is live. */
import Alpine from "@alpinejs/csp";
import { blockStrip } from "./charts/block_strip.ts";
import { chartFrame } from "./charts/frame.ts";
import { chartParts } from "./charts/parts.ts";
import { scatter } from "./charts/scatter.ts";
import { installColumns } from "./columns.ts";
import { confirmName, installDialogs } from "./dialogs.ts";
import { dropZone } from "./drop_zone.ts";
import { focusFirstError } from "./first_error.ts";
import { installKeptFocus } from "./focus.ts";
import { installHtmx } from "./htmx.ts";
import { jobProgress } from "./job_progress.ts";
import { levelSlider } from "./level_slider.ts";
import { installLive } from "./live.ts";
import { logViewer } from "./log_viewer.ts";
import { menu } from "./menu.ts";
import { navigation } from "./navigation.ts";
import { installPalette, palette } from "./palette.ts";
import { installRelativeTimes } from "./relative_time.ts";
import { searchSelect } from "./search_select.ts";
import { linkChoice } from "./link_choice.ts";
import { checkAll, copyCode, elapsed, passwordReveal } from "./small.ts";
import { streamFile } from "./stream.ts";
import { dataTable } from "./table.ts";
import { tabs } from "./tabs.ts";
import { followSystemTheme, themeSwitch } from "./theme.ts";
import { toasts } from "./toasts.ts";

const components: Record<string, () => object> = {
  blockStrip,
  chartFrame,
  chartParts,
  checkAll,
  confirmName,
  copyCode,
  dataTable,
  dropZone,
  elapsed,
  jobProgress,
  levelSlider,
  linkChoice,
  logViewer,
  menu,
  navigation,
  palette,
  passwordReveal,
  scatter,
  searchSelect,
  streamFile,
  tabs,
  themeSwitch,
  toasts,
};

installColumns();
installHtmx();
installKeptFocus();
installDialogs();
installPalette();
followSystemTheme();
for (const [name, make] of Object.entries(components)) Alpine.data(name, make);
Alpine.start();
focusFirstError();
installRelativeTimes();
installLive();
