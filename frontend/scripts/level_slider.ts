import { component } from "./lib/component.ts";

/** A level: shows its value and the usual one, and takes its limits over from the chosen algorithm. */
export const levelSlider = component(() => ({
  shown: "",
  note: "",

  init(): void {
    const follows = this.$root.dataset["follows"];
    const select = follows ? document.querySelector<HTMLSelectElement>(`#${CSS.escape(follows)}`) : null;
    select?.addEventListener("change", () => this.follow(select));
    if (select?.selectedOptions[0]) this.limit(select.selectedOptions[0].dataset);
    this.read();
  },

  get input(): HTMLInputElement {
    return this.$refs["input"] as HTMLInputElement;
  },

  read(): void {
    const { value, min, max } = this.input;
    this.input.style.setProperty("--share", `${((Number(value) - Number(min)) / (Number(max) - Number(min))) * 100}%`);
    const usual = this.input.dataset["default"];
    this.shown = this.input.value.replace("-", "−");
    this.note =
      usual === undefined ? "" : this.input.value === usual ? "the usual level" : `usual: ${usual.replace("-", "−")}`;
  },

  /** Another algorithm: its limits, and its usual level. */
  follow(select: HTMLSelectElement): void {
    const data = select.selectedOptions[0]?.dataset ?? {};
    this.limit(data);
    if (data["levelDefault"] !== undefined) this.input.value = data["levelDefault"];
    this.read();
  },

  /** Without levels the slider goes, and sends nothing. */
  limit(data: DOMStringMap): void {
    const { levelMin: min, levelMax: max, levelDefault: usual } = data;
    const none = min === undefined || max === undefined || min === max;
    this.$root.hidden = none;
    this.input.disabled = none;
    if (none) return;
    this.input.min = min;
    this.input.max = max;
    if (usual !== undefined) this.input.dataset["default"] = usual;
  },
}));
