/** The CSP build is Alpine without evaluation; it has the same interface. */
declare module "@alpinejs/csp" {
  import Alpine from "alpinejs";
  export default Alpine;
}
