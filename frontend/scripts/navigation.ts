import { component } from "./lib/component.ts";
import { keepCookie } from "./lib/cookie.ts";

const root = document.documentElement;

/** The left navigation: collapsed or not (remembered), and a drawer on narrow pages. */
export const navigation = component(() => ({
  wide: root.dataset["nav"] !== "collapsed",
  drawer: false,

  init(): void {
    matchMedia("(min-width: 901px)").addEventListener("change", () => this.closeDrawer());
  },

  get toggleLabel(): string {
    return this.wide ? "Collapse" : "Expand";
  },

  toggle(): void {
    this.wide = !this.wide;
    if (this.wide) delete root.dataset["nav"];
    else root.dataset["nav"] = "collapsed";
    keepCookie("nav", this.wide ? "wide" : "collapsed");
  },

  openDrawer(): void {
    this.drawer = true;
    this.$root.classList.add("nav-drawer-open");
    // The rest of the page is out of reach, so focus stays within the drawer.
    this.$refs["body"]!.inert = true;
    this.$refs["nav"]!.querySelector<HTMLElement>("[aria-current], .nav-item")?.focus();
  },

  closeDrawer(): void {
    if (!this.drawer) return;
    this.drawer = false;
    this.$root.classList.remove("nav-drawer-open");
    this.$refs["body"]!.inert = false;
    this.$refs["opener"]!.focus();
  },
}));
