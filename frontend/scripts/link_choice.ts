import { component } from "./lib/component.ts";
import { bandwidth, duration } from "./lib/format.ts";
import { breakEvens, ranking, seconds, type Offer, type Sent } from "./lib/link.ts";
import { svg } from "./lib/svg.ts";

interface Candidate extends Offer {
  name: string;
  group: string;
  url: string;
  row: HTMLTableRowElement;
}

/** A stretch of bandwidths with its winner; the ends are logarithms of Mbit/s. */
interface Stretch {
  from: number;
  to: number;
  winner: Candidate;
}

/** The winners between two bandwidths (as logarithms), the slowest link first. */
export function stretches(offers: Candidate[], sent: Sent, low: number, high: number): Stretch[] {
  const changes = breakEvens(offers, sent);
  const winners = changes.length
    ? [changes[0]!.slower, ...changes.map((change) => change.faster)]
    : ranking(offers, 10 ** low, sent).slice(0, 1);
  const ends = [low, ...changes.map((change) => Math.log10(change.mbitS)), high];
  return winners
    .map((winner, index) => ({
      from: Math.max(low, ends[index]!),
      to: Math.min(high, ends[index + 1]!),
      winner: winner as Candidate,
    }))
    .filter(({ from, to }) => to > from);
}

function read(row: HTMLTableRowElement): Candidate {
  const { key = "", name = "", group = "", url = "", size, compress, decompress } = row.dataset;
  return { key, name, group, url, size: Number(size), compressS: Number(compress), decompressS: Number(decompress), row };
}

/**
 * Ranks the candidates of a comparison for the chosen link, from the figures in the rows of its table; says who is the
 * soonest, and shows along the slider who wins where.
 */
export const linkChoice = component(() => {
  let candidates: Candidate[] = [];
  return {
    init(): void {
      candidates = [...this.body.rows].map(read);
      this.slider.value = String(Math.log10(Number(this.slider.dataset["mbit"])));
      new ResizeObserver(() => this.drawStrip()).observe(this.$refs["strip"]!);
      this.rank();
    },

    get body(): HTMLTableSectionElement {
      return (this.$refs["ranking"] as HTMLTableElement).tBodies[0]!;
    },

    get slider(): HTMLInputElement {
      return this.$refs["slider"] as HTMLInputElement;
    },

    get mbitS(): number {
      return 10 ** Number(this.slider.value);
    },

    get sent(): Sent {
      return (this.$refs["many"] as HTMLInputElement).checked ? "many" : "once";
    },

    slide(): void {
      this.rank();
    },

    change(): void {
      for (const list of this.$root.querySelectorAll<HTMLElement>("[data-sent]"))
        list.hidden = list.dataset["sent"] !== this.sent;
      this.rank();
      this.drawStrip();
      this.keep();
    },

    /** The address holds the link, where it is not the usual one: it can be sent to others, and loaded anew. */
    keep(): void {
      const address = new URL(location.href);
      const mbitS = String(Number(this.mbitS.toPrecision(4)));
      const asked = { bandwidth_mbit_s: mbitS, sent: this.sent };
      const usual: Record<string, string | undefined> = { bandwidth_mbit_s: this.$root.dataset["usual"], sent: "once" };
      for (const [name, value] of Object.entries(asked))
        if (value === usual[name]) address.searchParams.delete(name);
        else address.searchParams.set(name, value);
      history.replaceState(history.state, "", address);
    },

    rank(): void {
      const { mbitS, sent, slider } = this;
      const words = bandwidth(mbitS);
      slider.setAttribute("aria-valuetext", words);
      const share = (Number(slider.value) - Number(slider.min)) / (Number(slider.max) - Number(slider.min));
      slider.style.setProperty("--share", `${share * 100}%`);
      this.$refs["shown"]!.textContent = words;
      const ordered = ranking(candidates, mbitS, sent) as Candidate[];
      const shown = Number(this.$root.dataset["shown"]);
      const longest = Math.max(...ordered.slice(0, shown).map((offer) => seconds(offer, mbitS, sent)));
      ordered.forEach((candidate, place) => this.show(candidate, longest, place, shown));
      this.body.append(...ordered.map((candidate) => candidate.row));
      if (ordered[0]) this.crown(ordered[0]);
    },

    show(candidate: Candidate, longest: number, place: number, shown: number): void {
      const { mbitS, sent } = this;
      const { row, compressS, decompressS } = candidate;
      const all = seconds(candidate, mbitS, sent);
      const compress = sent === "once" ? compressS : 0;
      let start = 0;
      const rects = row.querySelectorAll("rect");
      [compress, all - compress - decompressS, decompressS].forEach((part, index) => {
        const width = Math.max(0, Math.min(longest ? part / longest : 0, 1 - start));
        rects[index]!.setAttribute("x", `${start * 100}%`);
        rects[index]!.setAttribute("width", `${width * 100}%`);
        start += width;
      });
      row.querySelector(".bars-value")!.textContent = duration(all);
      row.classList.toggle("is-highlighted", place === 0);
      row.hidden = place >= shown;
    },

    crown(winner: Candidate): void {
      this.$refs["winner"]!.textContent = winner.name;
      this.$refs["time"]!.textContent = `in ${duration(seconds(winner, this.mbitS, this.sent))}`;
      const use = this.$refs["use"] as HTMLAnchorElement | undefined;
      if (!use) return;
      use.hidden = !winner.url;
      use.href = winner.url;
    },

    /** Who wins where, along the slider. */
    drawStrip(): void {
      const strip = this.$refs["strip"] as unknown as SVGSVGElement;
      const width = strip.clientWidth;
      if (!width) return;
      const [low, high] = [Number(this.slider.min), Number(this.slider.max)];
      const place = (at: number): number => ((at - low) / (high - low)) * width;
      strip.replaceChildren(
        ...stretches(candidates, this.sent, low, high).map(({ from, to, winner }) => {
          const [x, long] = [place(from), place(to) - place(from)];
          const group = svg("g", { class: `group-${winner.group}` });
          group.append(svg("rect", { x: x + 1, width: Math.max(1, long - 2), height: "100%", rx: 3 }));
          if (winner.name.length * 6.6 + 8 < long)
            group.append(svg("text", { x: x + long / 2, y: 15, "text-anchor": "middle" }, winner.name));
          group.append(svg("title", {}, `${winner.name}: ${bandwidth(10 ** from)} – ${bandwidth(10 ** to)}`));
          return group;
        }),
      );
    },
  };
});
