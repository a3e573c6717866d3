/** What pages with charts of time load beside the scripts of every page. */
import { timeSeries } from "./charts/time_series.ts";
import { MetricsPage } from "./metrics/page.ts";

const page = document.querySelector<HTMLElement>("[data-metrics]");
if (page) new MetricsPage(page);
else timeSeries();
