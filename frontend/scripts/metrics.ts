import { timeSeries } from "./charts/time_series.ts"; timeSeries();
